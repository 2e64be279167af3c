"""`recon explain`: one setting, told whole."""

import json
from typing import Any

import click

from reconciliation.cli.options import settings_options, usable
from reconciliation.cli.text import table, value_text, wrapped
from reconciliation.engine.generation import fields
from reconciliation.layers import known
from reconciliation.layers.problems import SettingsError, printable
from reconciliation.layers.setting import PREFIX, Setting, range_text, type_text
from reconciliation.layers.suggest import nearest
from reconciliation.settings import Settings


@click.command("explain")
@click.argument("key")
@click.option("--json", "as_json", is_flag=True, help="Print data instead of text.")
@settings_options
def command(settings: Settings | SettingsError, key: str, *, as_json: bool) -> None:
    """Tell what a setting is, what it is now, and which layers had a word in it.

    \b
    KEY may be spelled in any of these ways:
      recon explain startup_delay_secs
      recon explain reconciliation.startup_delay_secs
      recon explain RECON_STARTUP_DELAY_SECS
      recon explain reconciliation_startup_delay_secs
    """  # noqa: D301 - click reads the backspace
    setting = named(key)
    resolved = usable(settings)
    if known.mapping_of(setting.path) not in {None, setting} and setting.key not in resolved.origins:
        raise click.UsageError(f"there is no table {'.'.join(known.table_of(setting.path))}; `recon show` lists them")
    data = as_data(resolved, setting)
    if as_json:
        click.echo(json.dumps(data, indent=2))
        return
    click.echo(data["key"])
    for line in wrapped(f"  {data['description']}"):
        click.echo(line)
    click.echo()
    shown = ("variable", "type", "unit", "range", "default", "engine_field")
    for line in table([(f"  {name.replace('_', ' ')}", value_text(data[name])) for name in shown if data[name]]):
        click.echo(line)
    click.echo("\n  layers, highest first")
    words = [(f"  {word['origin']}", value_text(word["value"])) for word in reversed(data["layers"])]
    marked = [(f"  {'->' if number == 0 else '  '}{origin}", value) for number, (origin, value) in enumerate(words)]
    for line in table(marked):
        click.echo(line)


def named(key: str) -> Setting:
    """Return the setting that a key, a variable or an engine field names.

    Raises:
        click.UsageError: none does, or more than one.
    """
    if (inner := known.at(tuple(key.split(".")))) is not None:
        return inner
    by_path = known.settings_by_path()
    ours = {field.name: field.key for field in fields() if field.key.startswith("reconciliation.")}
    variable = key.removesuffix(known.FILE_SUFFIX)
    found = [
        setting
        for path, setting in by_path.items()
        if key in {setting.key, setting.variable, path[-1]}
        or (setting.secret and variable == setting.variable)
        or setting.key == ours.get(key)
    ]
    exact = [setting for setting in found if key in {setting.key, setting.variable}]
    # As in variables: RECON_ENABLED is reconciliation.enabled.
    bare = [setting for setting in found if setting.path[0] == "reconciliation"]
    for likely in (exact, bare, found):
        if len(likely) == 1:
            return likely[0]
    if found:
        raise click.UsageError(f"'{printable(key)}' may be {' or '.join(setting.key for setting in found)}; say which")
    if key.upper().startswith(PREFIX):
        near = nearest(key, known.variables())
    else:
        near = nearest(key, [setting.key if "." in key else setting.path[-1] for setting in by_path.values()])
    raise click.UsageError(
        f"'{printable(key)}' is no setting" + (f"; did you mean {near}?" if near else "; see `recon env`")
    )


def as_data(settings: Settings, setting: Setting) -> dict[str, Any]:
    """Return all there is to say of a setting as plain data; layers lowest first."""
    stack = settings.origins.stack(setting.key)
    return {
        "key": setting.key,
        "variable": setting.variable,
        "description": setting.field.description,
        "type": type_text(setting),
        "unit": setting.unit or None,
        "range": range_text(setting) or None,
        "default": None
        if setting.field.is_required()
        else _plain(setting.field.get_default(call_default_factory=True)),
        "engine_field": None if (field := fields().by_key(setting.key)) is None else str(field),
        "layers": [{"origin": word.origin, "value": _plain(word.value)} for word in stack],
    }


def _plain(value: Any) -> Any:
    """Return a value that JSON can carry: what a layer says is not validated where a higher one shadows it."""
    plain = list(value) if isinstance(value, tuple) else value
    try:
        json.dumps(plain, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        try:
            return str(plain)
        except (ValueError, RecursionError):  # more digits than Python turns into text
            return "a huge number"
    return plain
