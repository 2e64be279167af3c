"""`recon env`: every environment variable there is."""

import textwrap
from collections.abc import Iterator

import click

from reconciliation.cli.text import table, value_text
from reconciliation.layers import known
from reconciliation.layers.setting import Setting, type_text


@click.command("env")
@click.option("--example", is_flag=True, help="Print a .env.example.")
def command(*, example: bool) -> None:
    """List every RECON_* variable with its type, its default and what it is for."""
    for line in example_lines() if example else _listed():
        click.echo(line)


def default_text(setting: Setting) -> str:
    """Return a setting's default as a variable would hold it."""
    if setting.field.is_required():
        return ""
    default = setting.field.get_default(call_default_factory=True)
    return "[]" if default == () else value_text(default)


def _listed() -> Iterator[str]:
    rows = [("variable", "type", "default", "what it is for")]
    for setting in known.settings_by_path().values():
        described = setting.field.description or ""
        rows.append((setting.variable, type_text(setting), default_text(setting), described))
    yield from table(rows)


def example_lines() -> Iterator[str]:
    """Yield the lines of .env.example: every variable, commented out, with its default."""
    yield from (
        "# Every RECON_* variable with its default. recon reads no .env file by itself: source this one, hand it to a",
        "# process manager, or check it with `recon check --env-file`. A variable beats the preset file, which beats",
        "# default.toml. Write none where nothing is meant; an empty variable is an error.",
        "",
        "# Which settings/<name>.toml to use.",
        "# RECON_PRESET=standard",
        "# Where default.toml and the preset files are; shipped names the copy that comes with recon.",
        "# RECON_SETTINGS_DIR=settings",
    )
    section = ""
    for setting in known.settings_by_path().values():
        if setting.path == ("preset",):
            continue
        if setting.path[0] != section:
            section = setting.path[0]
            yield f"\n# ---- {section} ".ljust(100, "-")
        yield from textwrap.wrap(setting.field.description or "", 110, initial_indent="# ", subsequent_indent="# ")
        if setting.secret:
            yield f"# A secret: set this, or {setting.variable}_FILE to a file of mode 600 that holds it."
        elif setting.may_hold_secrets:
            yield f"# As JSON; set this, or {setting.variable}_FILE to a file of mode 600 that holds it."
        yield f"# {setting.variable}={default_text(setting)}"
