"""`recon explain`: one setting, told whole."""

import json
from typing import Any

import click

from reconciliation.cli.options import settings_options, usable
from reconciliation.cli.text import table, value_text
from reconciliation.config import ENGINE_NAMES
from reconciliation.layers import registry
from reconciliation.layers.engine_fields import engine_field
from reconciliation.layers.origins import Origins
from reconciliation.layers.problems import SettingsError, printable
from reconciliation.layers.registry import Setting
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
    data = as_data(usable(settings), setting)
    if as_json:
        click.echo(json.dumps(data, indent=2))
        return
    click.echo(f"{data['key']}\n  {data['description']}\n")
    told = ("variable", "type", "unit", "range", "default", "engine_field")
    for line in table([(f"  {name.replace('_', ' ')}", value_text(data[name])) for name in told if data[name]]):
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
    by_path = registry.settings_by_path()
    ours = {engine: name for name, engine in ENGINE_NAMES.items()}
    variable = key.removesuffix(registry.FILE_SUFFIX)
    found = [
        setting
        for path, setting in by_path.items()
        if key in {setting.key, setting.variable, path[-1]}
        or (setting.secret and variable == setting.variable)
        or path == ("reconciliation", ours.get(key))
    ]
    exact = [setting for setting in found if key in {setting.key, setting.variable}]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if found:
        raise click.UsageError(f"'{printable(key)}' may be {' or '.join(setting.key for setting in found)}; say which")
    if key.upper().startswith(registry.PREFIX):
        near = nearest(key, registry.known_variables())
    else:
        near = nearest(key, [setting.key if "." in key else setting.path[-1] for setting in by_path.values()])
    raise click.UsageError(
        f"'{printable(key)}' is no setting" + (f"; did you mean {near}?" if near else "; see `recon env`")
    )


def as_data(settings: Settings, setting: Setting) -> dict[str, Any]:
    """Return all there is to say of a setting as plain data; layers lowest first."""
    origins = settings.origins
    stack = origins.stack(setting.key) if isinstance(origins, Origins) else ()
    return {
        "key": setting.key,
        "variable": setting.variable,
        "description": setting.field.description,
        "type": registry.type_text(setting),
        "unit": setting.unit or None,
        "range": registry.range_text(setting) or None,
        "default": _plain(setting.field.get_default(call_default_factory=True)),
        "engine_field": engine_field(setting),
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
