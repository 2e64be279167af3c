"""`recon show`: every effective value and where it came from."""

import json
from collections.abc import Iterator
from typing import Any, Final

import click

from reconciliation.cli.options import settings_options, usable
from reconciliation.cli.text import colored, table, value_text, wrapped
from reconciliation.layers import known
from reconciliation.layers.origins import DEFAULT
from reconciliation.layers.problems import SettingsError, printable
from reconciliation.layers.reading import NOTHING
from reconciliation.layers.setting import Setting
from reconciliation.settings import Settings

CHANGED: Final = "*"


@click.command("show")
@click.option("--json", "form", flag_value="json", help="Print data.")
@click.option("--toml", "form", flag_value="toml", help="Print a preset file that loads back to the same values.")
@click.option("--env", "form", flag_value="env", help="Print RECON_* lines that resolve to the same values.")
@click.option("--section", metavar="NAME", help=f"Only one section: {', '.join(known.sections())}.")
@click.option("--changed", is_flag=True, help="Only what differs from the model's default.")
@settings_options
def command(settings: Settings | SettingsError, *, form: str | None, section: str | None, changed: bool) -> None:
    """Print every effective value with its origin; secrets are masked, and a star marks what is no default.

    \b
      recon show --changed
      recon show --section reconciliation --toml > settings/mine.toml
    """  # noqa: D301 - click reads the backspace
    resolved = usable(settings)
    if section is not None and section not in known.sections():
        raise click.UsageError(f"'{printable(section)}' is no section; there are: {', '.join(known.sections())}")
    keys = [key for key in resolved.origins if _wanted(resolved, key, section, changed=changed)]
    if form == "json":
        click.echo(json.dumps(_narrowed(as_data(resolved), keys, whole=not section and not changed), indent=2))
    elif form == "toml":
        click.echo(_toml(resolved, keys))
    elif form == "env":
        for line in _env(resolved, keys):
            click.echo(line)
    else:
        where = printable(str(resolved.settings_dir))
        for line in wrapped(f"preset {resolved.preset}, fingerprint {resolved.fingerprint}, from {where}"):
            click.echo(line)
        click.echo()
        for line in table([("", "key", "value", "origin"), *_rows(resolved, keys)]):
            click.echo(colored(line, bold=True) if line.startswith(CHANGED) else line)


def as_data(settings: Settings) -> dict[str, Any]:
    """Return the settings as the stable `--json` form."""
    return {
        "preset": settings.preset,
        "settings_dir": str(settings.settings_dir),
        "fingerprint": settings.fingerprint,
        "values": settings.masked(),
        "origins": dict(settings.origins),
    }


def _wanted(settings: Settings, key: str, section: str | None, *, changed: bool) -> bool:
    if key == "preset":
        return section is None and not changed
    return (section is None or key.partition(".")[0] == section) and (not changed or _is_changed(settings, key))


def _is_changed(settings: Settings, key: str) -> bool:
    path = tuple(key.split("."))
    setting = known.at(path)
    if setting is None or setting.free or setting.kind is object or known.mapping_of(path) is not None:
        return settings.origins[key] != DEFAULT  # without its table, a key of a mapping has no default
    section = getattr(settings, setting.path[0])
    value = getattr(section, setting.path[1]) if len(setting.path) > 1 else section
    return bool(value != setting.field.get_default(call_default_factory=True))


def _narrowed(data: dict[str, Any], keys: list[str], *, whole: bool) -> dict[str, Any]:
    """Return the data with the given keys only."""
    if whole:
        return data
    values: dict[str, Any] = {}
    for key in keys:
        _put(values, key, _value(data["values"], key))
    return {**data, "values": values, "origins": {key: data["origins"][key] for key in keys}}


def _put(tree: dict[str, Any], key: str, value: Any) -> None:
    *above, last = key.split(".")
    for part in above:
        tree = tree.setdefault(part, {})
    tree[last] = value


def _value(values: dict[str, Any], key: str) -> Any:
    node: Any = values
    for part in key.split("."):
        node = node[part]
    return node


def _rows(settings: Settings, keys: list[str]) -> Iterator[tuple[str, str, str, str]]:
    values = settings.masked()
    for key in keys:
        if key != "preset":
            mark = CHANGED if _is_changed(settings, key) else ""
            yield mark, key, value_text(_value(values, key)), settings.origins[key]


def _plain(settings: Settings, keys: list[str]) -> Iterator[tuple[Setting, str, Any]]:
    """Yield what may leave the process in a file: every wanted value but secrets and the preset's name."""
    values = settings.masked()
    for key in keys:
        setting = known.find(tuple(key.split(".")))
        if setting is not None and not setting.secret and key != "preset":
            yield setting, key, _value(values, key)


def _toml(settings: Settings, keys: list[str]) -> str:
    import tomli_w

    tree: dict[str, Any] = {}
    for _, key, value in _plain(settings, keys):
        _put(tree, key, NOTHING if value is None else value)
    header = f"# From preset {settings.preset}, fingerprint {settings.fingerprint}; secrets are left out.\n\n"
    return header + tomli_w.dumps(tree).rstrip()


def _env(settings: Settings, keys: list[str]) -> Iterator[str]:
    import shlex

    mappings: dict[str, dict[str, Any]] = {}
    for setting, key, value in _plain(settings, keys):
        if setting.path[:1] in known.settings_by_path():  # a section that is one variable
            _put(mappings.setdefault(setting.variable, {}), key.partition(".")[2], value)
        else:
            yield f"{setting.variable}={shlex.quote(value_text(value))}"
    for variable, tables in mappings.items():
        yield f"{variable}={shlex.quote(json.dumps(tables))}"
