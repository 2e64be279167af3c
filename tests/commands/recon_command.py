"""`recon` as a function and as a process, with none of the caller's own `RECON_*` variables."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner, Result

from reconciliation.cli.main import main
from reconciliation.layers.resolve import shipped_settings

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = shipped_settings()
BIN = Path(sys.executable).parent


def recon(*args: str, **variables: str) -> Result:
    """Run a command in this process."""
    without: dict[str, str | None] = {name: None for name in os.environ if name.upper().startswith("RECON_")}
    return CliRunner(env=without | variables).invoke(main, args)


def told(*args: str, **variables: str) -> str:
    """Return what a command that must succeed prints."""
    done = recon(*args, **variables)
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    return done.stdout


def surroundings(variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment for another one, with the given `RECON_*` variables only."""
    env = {name: value for name, value in os.environ.items() if not name.upper().startswith("RECON_")}
    return env | {"PATH": f"{BIN}{os.pathsep}{env.get('PATH', '')}"} | dict(variables or {})


def process(
    *command: str, folder: Path = ROOT, variables: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run a process to its end."""
    return subprocess.run(
        command, cwd=folder, env=surroundings(variables), capture_output=True, text=True, check=False, timeout=120
    )


def own_settings(folder: Path, **presets: str) -> Path:
    """Copy the shipped settings and add preset files."""
    directory = folder / "settings"
    shutil.copytree(SHIPPED, directory)
    for name, text in presets.items():
        (directory / f"{name}.toml").write_text(text, "utf-8")
    return directory
