"""Settings with one planted mistake, and the exact words it is told in."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reconciliation import SettingsError, load
from reconciliation.cli.main import main


def settings_in(directory: Path, default: str | bytes = "", **presets: str | bytes) -> Path:
    """Write default.toml and preset files; the standard preset is empty unless given."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in {"default": default, "standard": "", **presets}.items():
        (directory / f"{name}.toml").write_bytes(text.encode() if isinstance(text, str) else text)
    return directory


def told(
    directory: Path,
    env: Mapping[str, str] | None = None,
    *,
    overrides: Mapping[str, object] | None = None,
    preset: str | None = None,
) -> list[str]:
    """Return each problem of settings that must be refused as its line, the directory's name left out."""
    with pytest.raises(SettingsError) as caught:
        load(preset=preset, env=env or {}, settings_dir=directory, overrides=overrides)
    return [str(problem).replace(f"{directory}/", "") for problem in caught.value.problems]


def recon(*args: str, **variables: str) -> Result:
    """Run a command in this process, with none of the caller's own `RECON_*` variables."""
    without: dict[str, str | None] = {name: None for name in os.environ if name.upper().startswith("RECON_")}
    return CliRunner(env=without | variables).invoke(main, args)
