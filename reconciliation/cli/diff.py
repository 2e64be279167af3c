"""`recon diff`: where two configurations differ, and why."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click
from msgspec import Struct

from reconciliation.cli.options import overrides_of, set_option, settings_dir_option
from reconciliation.cli.show import as_data
from reconciliation.cli.text import table, value_text
from reconciliation.errors import ExitCode, UnusableError
from reconciliation.layers.nesting import too_deep
from reconciliation.layers.problems import SettingsError, printable
from reconciliation.layers.resolve import available_presets, load, load_file
from reconciliation.layers.settings_folder import settings_directory

ENVIRONMENT: Final = "@env"
ABSENT: Final = "-"


class Side(Struct, frozen=True):
    """One configuration: every value and its origin by dotted key."""

    values: Mapping[str, Any]
    origins: Mapping[str, str]


class UnknownOperandError(UnusableError):
    """An operand is neither a preset nor a usable file."""


@click.command("diff")
@click.argument("a")
@click.argument("b")
@click.option("--json", "as_json", is_flag=True, help="Print data instead of a table.")
@settings_dir_option
@set_option
def command(a: str, b: str, settings_dir: Path | None, assignments: tuple[str, ...], *, as_json: bool) -> None:
    """Compare two configurations: exit 0 when they are the same, 1 when not.

    Each of A and B is a preset's name, a TOML file, a saved `recon show --json`, or @env: what this environment
    resolves to, with every --set on top.

    \b
      recon diff standard aggressive
      recon diff production.json @env
    """  # noqa: D301 - click reads the backspace
    try:
        directory = settings_directory(settings_dir, os.environ)
        overrides = overrides_of(assignments)
        left, right = side(a, directory, overrides), side(b, directory, overrides)
    except SettingsError as error:
        click.echo(str(error), err=True)
        raise SystemExit(ExitCode.UNUSABLE) from None
    except UnknownOperandError as error:
        raise click.UsageError(printable(str(error))) from None
    raise SystemExit(compare(a, left, b, right, as_json=as_json))


def compare(a: str, left: Side, b: str, right: Side, *, as_json: bool) -> ExitCode:
    """Print where two configurations differ; return whether they do.

    Args:
        a: what the left one is called.
        left: it.
        b: what the right one is called.
        right: it.
        as_json: print data instead of a table.
    """
    found = differences(left, right)
    if as_json:
        click.echo(json.dumps({"same": not found, "differences": found}, indent=2))
    elif found:
        rows = [("key", a, "from", b, "from")]
        for item in found:
            sides = (item["a"], item["b"])
            cells = [cell for one in sides for cell in (value_text(one["value"]), one["origin"])]
            rows.append((item["key"], *cells))
        for line in table(rows):
            click.echo(line)
    return ExitCode.NOT_FINE if found else ExitCode.FINE


def side(operand: str, directory: Path, overrides: Mapping[str, object] | None = None) -> Side:
    """Return the configuration an operand names.

    Raises:
        UnknownOperandError: it names none.
        SettingsError: what it names is unusable.
    """
    if operand == ENVIRONMENT:
        return _from_data(as_data(load(settings_dir=directory, overrides=overrides)))
    path = Path(operand)
    if operand.endswith(".toml"):
        return _from_data(as_data(load_file(path, directory)))
    if operand.endswith(".json"):
        return _saved(path)
    if operand not in (presets := available_presets(directory)):
        there_are = f"there are: {', '.join(presets) or 'none'}"
        raise UnknownOperandError(
            f"'{operand}' is no preset, no .toml or .json file, and not {ENVIRONMENT}; {there_are}"
        )
    return _from_data(as_data(load(preset=operand, env={}, settings_dir=directory)))


def _saved(path: Path) -> Side:
    try:
        data = json.loads(path.read_bytes())
        whole = isinstance(data, dict) and all(isinstance(data.get(key), dict) for key in ("values", "origins"))
        usable = whole and not too_deep(data) and all(isinstance(origin, str) for origin in data["origins"].values())
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror.lower() if isinstance(error, OSError) and error.strerror else "it is no JSON"
        raise UnknownOperandError(f"{path}: cannot be read: {reason}") from None
    if not usable:
        raise UnknownOperandError(f"{path}: is not what `recon show --json` prints")
    return _from_data(data)


def side_of(values: Mapping[str, Any], origins: Mapping[str, str]) -> Side:
    """Return a configuration by its sections and the origins of their values."""
    return Side(values=dict(_flat((), values)), origins=origins)


def _from_data(data: dict[str, Any]) -> Side:
    return side_of(data["values"], data["origins"])


def _flat(path: tuple[str, ...], node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        for key, child in node.items():
            yield from _flat((*path, str(key)), child)
    else:
        yield ".".join(path), node


def differences(left: Side, right: Side) -> list[dict[str, Any]]:
    """Return the keys whose values differ, with each side's value and origin."""
    return [
        {"key": key, "a": _word(left, key), "b": _word(right, key)}
        for key in sorted(left.values.keys() | right.values.keys())
        if left.values.get(key, ABSENT) != right.values.get(key, ABSENT)
    ]


def _word(one: Side, key: str) -> dict[str, Any]:
    parts = key.split(".")
    above = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    origin = next((one.origins[name] for name in above if name in one.origins), ABSENT)
    return {"value": one.values.get(key, ABSENT), "origin": origin if key in one.values else ABSENT}
