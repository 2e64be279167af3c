"""Settings directories and refused loads, for the tests of this folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from reconciliation import Settings, SettingsError, load
from reconciliation.layers.problems import Problem
from reconciliation.layers.resolve import shipped_settings

SHIPPED = shipped_settings()

unhurried = hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""For properties that write files or draw Unicode: on a busy machine their first example is slow, not wrong."""

LOCAL_VENUE = {
    "RECON_VENUE_HTTP_URL": "http://127.0.0.1:8080",
    "RECON_VENUE_STREAM_URL": "ws://127.0.0.1:8081",
    "RECON_VENUE_API_KEY": "key",
    "RECON_VENUE_API_SECRET": "secret",
}


def write_settings(directory: Path, default: str = "", **presets: str) -> Path:
    """Write default.toml and preset files; the standard preset is empty unless given."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in {"default": default, "standard": "", **presets}.items():
        (directory / f"{name}.toml").write_bytes(text.encode())
    return directory


def shipped(env: Mapping[str, str] | None = None, **arguments: object) -> Settings:
    """Load from the shipped files, whatever the working directory and the process's environment are."""
    return load(env=env or {}, settings_dir=SHIPPED, **arguments)  # type: ignore[arg-type]


def refused(
    env: Mapping[str, str] | None = None,
    *,
    settings_dir: Path = SHIPPED,
    overrides: Mapping[str, object] | None = None,
    preset: str | None = None,
) -> tuple[Problem, ...]:
    """Return the problems of settings that must be refused."""
    with pytest.raises(SettingsError) as caught:
        load(env=env or {}, settings_dir=settings_dir, overrides=overrides, preset=preset)
    return caught.value.problems


def secret_file(file: Path, content: bytes, mode: int = 0o600) -> str:
    """Write a secret file and return its path as text."""
    file.write_bytes(content)
    file.chmod(mode)
    return str(file)


def codes(*args: Any, **kwargs: Any) -> list[str]:
    return [problem.code for problem in refused(*args, **kwargs)]
