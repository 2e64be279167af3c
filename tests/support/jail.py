"""A folder and an environment of a test's own: what it writes, sets and runs stays inside."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reconciliation import Settings, SettingsError, load
from reconciliation.cli.main import main
from reconciliation.layers.problems import Problem
from reconciliation.layers.settings_folder import shipped_settings

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
SHIPPED = shipped_settings()

LOCAL_VENUE = {
    "RECON_VENUE_HTTP_URL": "http://127.0.0.1:8080",
    "RECON_VENUE_STREAM_URL": "ws://127.0.0.1:8081",
    "RECON_VENUE_API_KEY": "key",
    "RECON_VENUE_API_SECRET": "secret",
}


class Jail:
    """The working directory and the environment while `jailed()` lasts.

    Args:
        folder: the working directory.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, content: str | bytes, mode: int = 0o644) -> Path:
        """Write a file at a path below the folder and return it, as short as a user would type it."""
        file = Path(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        file.chmod(mode)
        return file

    def secret(self, content: str | bytes, mode: int = 0o600, name: str = "secret") -> str:
        """Write a secret's file and return its name."""
        return str(self.write(name, content, mode))

    def settings(self, default: str | bytes = "", folder: str = "settings", **presets: str | bytes) -> Path:
        """Write a settings folder; the standard preset is empty unless given."""
        for name, text in {"default": default, "standard": "", **presets}.items():
            self.write(f"{folder}/{name}.toml", text)
        return Path(folder)

    def shipped_settings(self, **presets: str) -> Path:
        """Write a settings folder that is the shipped one and some presets more."""
        shutil.copytree(SHIPPED, "settings")
        for name, text in presets.items():
            self.write(f"settings/{name}.toml", text)
        return Path("settings")

    def load(
        self,
        env: Mapping[str, str] | None = None,
        *,
        preset: str | None = None,
        settings_dir: Path | str | None = None,
        overrides: Mapping[str, object] | None = None,
        env_file: Path | str | None = None,
    ) -> Settings:
        """Load settings that must be usable."""
        return load(preset, env or {}, settings_dir, overrides, env_file)

    def refused(self, env: Mapping[str, str] | None = None, **arguments: object) -> tuple[Problem, ...]:
        """Return the problems of settings that must be refused."""
        return refused(env, **{"settings_dir": None, **arguments})

    def lines(self, env: Mapping[str, str] | None = None, **arguments: object) -> list[str]:
        """Return each problem of settings that must be refused as the line that a user reads."""
        return [str(problem) for problem in self.refused(env, **arguments)]


@contextmanager
def jailed() -> Iterator[Jail]:
    """Work in a new, empty folder, with none of the caller's own `RECON_*` variables."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        patch.chdir(folder)
        for variable in [name for name in os.environ if name.upper().startswith("RECON_")]:
            patch.delenv(variable)
        yield Jail(folder)


def shipped(env: Mapping[str, str] | None = None, **arguments: object) -> Settings:
    """Load from the shipped files, whatever the working directory and the process's environment are."""
    return load(env=env or {}, settings_dir=SHIPPED, **arguments)  # type: ignore[arg-type]


def refused(env: Mapping[str, str] | None = None, **arguments: object) -> tuple[Problem, ...]:
    """Return the problems of settings that must be refused, over the shipped files unless a folder is given."""
    with pytest.raises(SettingsError) as caught:
        load(env=env or {}, **{"settings_dir": SHIPPED, **arguments})  # type: ignore[arg-type]
    return caught.value.problems


def codes(env: Mapping[str, str] | None = None, **arguments: object) -> list[str]:
    """Return what kinds of problems `refused` finds."""
    return [problem.code for problem in refused(env, **arguments)]


def recon(*args: str, **variables: str) -> Result:
    """Run a command in this process and in the working directory, with the given `RECON_*` variables only."""
    without: dict[str, str | None] = {name: None for name in os.environ if name.upper().startswith("RECON_")}
    return CliRunner(env=without | variables).invoke(main, args)


def output(*args: str, **variables: str) -> str:
    """Return what a command that must succeed prints."""
    done = recon(*args, **variables)
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    return done.stdout


def process(*command: str, variables: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    """Run a process to its end, with the given `RECON_*` variables only; `recon` is this environment's own."""
    env = {name: value for name, value in os.environ.items() if not name.upper().startswith("RECON_")}
    env |= {"PATH": f"{BIN}{os.pathsep}{env.get('PATH', '')}", **(variables or {})}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=120)
