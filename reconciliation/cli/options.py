"""Options that every command that resolves settings has."""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from reconciliation.cli.text import problem_lines
from reconciliation.errors import ExitCode
from reconciliation.layers.problems import SettingsError, printable
from reconciliation.layers.resolve import load
from reconciliation.settings import Settings

settings_dir_option: Final = click.option(
    "--settings-dir",
    type=click.Path(path_type=Path),
    help="Folder of default.toml and the preset files, or shipped; beats RECON_SETTINGS_DIR.",
)


preset_option: Final = click.option("--preset", metavar="NAME", help="Preset to start from; beats RECON_PRESET.")


env_file_option: Final = click.option(
    "--env-file",
    type=click.Path(path_type=Path),
    help="File of RECON_* variables; the environment's own beat it. No .env is read by itself.",
)


set_option: Final = click.option(
    "--set",
    "assignments",
    multiple=True,
    metavar="KEY=VALUE",
    help="Override one dotted key, such as log.level=DEBUG; once for each.",
)


def resolve(
    preset: str | None, settings_dir: Path | None, assignments: tuple[str, ...], env_file: Path | None
) -> Settings:
    """Resolve the settings a command line asks for.

    Raises:
        SettingsError: they are unusable.
        click.BadParameter: an assignment is not KEY=VALUE.
    """
    return load(preset=preset, settings_dir=settings_dir, overrides=overrides_of(assignments), env_file=env_file)


def overrides_of(assignments: tuple[str, ...]) -> dict[str, object]:
    """Return the overrides that `--set` arguments are.

    Raises:
        click.BadParameter: one is not KEY=VALUE.
    """
    overrides: dict[str, object] = {}
    for assignment in assignments:
        key, equals, value = assignment.partition("=")
        if not equals or not key:
            raise click.BadParameter(f"'{printable(assignment)}' is not KEY=VALUE", param_hint="--set")
        overrides[key] = value
    return overrides


def without_lease(settings: Settings, *, no_lease: bool) -> Settings:
    """Return the settings of a node that takes no lease, where that is asked for."""
    if not no_lease:
        return settings
    return settings.with_sections("--no-lease", node=settings.node.model_copy(update={"lease": False}))


def with_ready_file(settings: Settings, path: Path | None) -> Settings:
    """Return the settings of a node with a ready file, where one is named."""
    if path is None:
        return settings
    return settings.with_sections("--ready-file", node=settings.node.model_copy(update={"ready_file": str(path)}))


ready_file_option: Final = click.option(
    "--ready-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File that exists while the trader runs; beats RECON_NODE_READY_FILE.",
)


no_lease_option: Final = click.option(
    "--no-lease",
    is_flag=True,
    help="Start beside another node of this trader id or account; their histories may break.",
)


verbose_option: Final = click.option(
    "--verbose",
    is_flag=True,
    help="Show all of the engine's log, the boot's on a terminal too.",
)


def settings_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that choose settings, and hand the command the resolved settings or the error."""

    @preset_option
    @settings_dir_option
    @env_file_option
    @set_option
    @wraps(command)
    def wrapped(
        preset: str | None,
        settings_dir: Path | None,
        env_file: Path | None,
        assignments: tuple[str, ...],
        **rest: object,
    ) -> Any:
        try:
            settings: Settings | SettingsError = resolve(preset, settings_dir, assignments, env_file)
        except SettingsError as error:
            settings = error
        return command(settings, **rest)

    return wrapped


def usable(settings: Settings | SettingsError) -> Settings:
    """Return the settings, or end the command with exit 2 and every problem on stderr."""
    if isinstance(settings, SettingsError):
        for line in problem_lines(settings, sys.stderr):
            click.echo(line, err=True)
        raise SystemExit(ExitCode.UNUSABLE)
    return settings
