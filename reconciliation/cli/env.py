"""`recon env`: every environment variable there is."""

import json
import textwrap
from collections.abc import Iterator

import click

from reconciliation.layers import registry
from reconciliation.layers.registry import Setting


@click.command("env")
@click.option("--example", is_flag=True, help="Print a .env.example.")
def command(*, example: bool) -> None:
    """List every RECON_* variable with its default and what it is for."""
    for line in _example() if example else _listed():
        click.echo(line)


def default_text(setting: Setting) -> str:
    """Return a setting's default as a variable would hold it."""
    default = setting.field.get_default(call_default_factory=True)
    if default is None:
        return registry.NOTHING
    return default if isinstance(default, str) else json.dumps(default)


def _listed() -> Iterator[str]:
    for setting in registry.settings_by_path().values():
        yield f"{setting.variable:<50} {default_text(setting):<12} {setting.field.description}"


def _example() -> Iterator[str]:
    yield from (
        "# Every RECON_* variable with its default. recon reads no .env file by itself: source this one, or hand it",
        "# to your process manager. A variable beats the preset file, which beats default.toml. Write none where",
        "# nothing is meant; an empty variable is an error.",
        "",
        "# Which settings/<name>.toml to use.",
        "# RECON_PRESET=standard",
        "# Where default.toml and the preset files are.",
        "# RECON_SETTINGS_DIR=settings",
    )
    section = ""
    for setting in registry.settings_by_path().values():
        if setting.path == ("preset",):
            continue
        if setting.path[0] != section:
            section = setting.path[0]
            yield f"\n# ---- {section} ".ljust(100, "-")
        yield from textwrap.wrap(setting.field.description or "", 110, initial_indent="# ", subsequent_indent="# ")
        if setting.secret:
            yield f"# A secret: set this, or {setting.variable}_FILE to a file of mode 600 that holds it."
        yield f"# {setting.variable}={default_text(setting)}"
