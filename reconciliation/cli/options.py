"""Options that every command that resolves settings has."""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from reconciliation.layers.problems import SettingsError
from reconciliation.layers.resolve import load
from reconciliation.settings import Settings


def resolve(preset: str | None, settings_dir: Path | None, assignments: tuple[str, ...]) -> Settings:
    """Resolve the settings a command line asks for.

    Raises:
        SettingsError: they are unusable.
        click.BadParameter: an assignment is not KEY=VALUE.
    """
    overrides: dict[str, object] = {}
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if not equals or not key:
            raise click.BadParameter(f"'{assignment}' is not KEY=VALUE", param_hint="--set")
        overrides[key] = value
    return load(preset=preset, settings_dir=settings_dir, overrides=overrides)


def settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--preset`, `--settings-dir` and `--set`, and hand the command the resolved settings or the error."""

    @click.option("--preset", metavar="NAME", help="Preset to start from; beats RECON_PRESET.")
    @click.option(
        "--settings-dir",
        type=click.Path(path_type=Path),
        help="Folder of default.toml and the preset files; beats RECON_SETTINGS_DIR.",
    )
    @click.option("--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Override one dotted key.")
    @wraps(command)
    def wrapped(preset: str | None, settings_dir: Path | None, assignments: tuple[str, ...], **rest: object) -> Any:
        try:
            settings: Settings | SettingsError = resolve(preset, settings_dir, assignments)
        except SettingsError as error:
            settings = error
        return command(settings, **rest)

    return wrapped


def usable(settings: Settings | SettingsError) -> Settings:
    """Return the settings, or end the command with exit 2 and every problem on stderr."""
    if isinstance(settings, SettingsError):
        for problem in settings.problems:
            click.echo(str(problem), err=True)
        raise SystemExit(2)
    return settings
