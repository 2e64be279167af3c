"""Every setting there is, found by path, by variable, or by where a path leads."""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from reconciliation.layers.setting import Path, Setting, model_of, setting_of
from reconciliation.settings import Settings

SETTINGS_DIR_VARIABLE: Final = "RECON_SETTINGS_DIR"
FILE_SUFFIX: Final = "_FILE"
ENGINE_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "reconciliation_startup_delay_secs": "reconciliation.startup_delay_secs",
        "reconciliation_lookback_mins": "reconciliation.lookback_mins",
        "reconciliation_instrument_ids": "reconciliation.instrument_ids",
        "base_url_http": "venue.http_url",
        "base_url_ws_stream": "venue.stream_url",
        "log_level": "log.level",
    }
)
"""What the engine calls settings that have another name here; the engine itself loads for no mistake in a name."""
_ENTRY_DEPTH: Final = 2
"""How long the path of a mapping's table is: the section and the table's name."""


@cache
def settings_by_path() -> Mapping[Path, Setting]:
    """Return every setting by its path, such as `("preset",)` and `("log", "level")`; a whole mapping is one."""
    found: dict[Path, Setting] = {}
    for section, field in Settings.model_fields.items():
        model = model_of(field)
        if model is None:
            found[section,] = setting_of((section,), field)
        else:
            for name, child in model.model_fields.items():
                found[section, name] = setting_of((section, name), child)
    return MappingProxyType(found)


def by_engine_name(name: str) -> str | None:
    """Return the key of the setting that the engine calls so, whatever stands before it; None where it is none."""
    return ENGINE_NAMES.get(name.rpartition(".")[2].lower())


@cache
def settings_by_variable() -> Mapping[str, Setting]:
    """Return every setting by its environment variable."""
    return MappingProxyType({setting.variable: setting for setting in settings_by_path().values()})


@cache
def variables() -> tuple[str, ...]:
    """Return every `RECON_*` name that means something, in the order of the settings."""
    files = (name + FILE_SUFFIX for name, setting in settings_by_variable().items() if setting.may_hold_secrets)
    return (*settings_by_variable(), *files, SETTINGS_DIR_VARIABLE)


@cache
def settings_with_keys() -> tuple[Setting, ...]:
    """Return the settings that are tables whose keys, or whose tables, only the settings themselves tell."""
    return tuple(setting for setting in settings_by_path().values() if setting.holds_keys)


@cache
def paths_by_key() -> Mapping[str, Path]:
    """Return the path of every value that all settings have, by its dotted key."""
    found = {setting.key: path for path, setting in settings_by_path().items() if not setting.holds_keys}
    return MappingProxyType(found)


def sections() -> tuple[str, ...]:
    """Return the names of the tables that settings stand in."""
    whole = (path[0] for path, setting in settings_by_path().items() if len(path) > 1 or setting.kind is dict)
    return tuple(dict.fromkeys(whole))


def mapping_of(path: Path) -> Setting | None:
    """Return the section that maps names to tables and that a path is, or leads into; None for any other path."""
    section = settings_by_path().get(path[:1])
    return section if section is not None and section.entry is not None else None


def table_of(path: Path) -> Path:
    """Return as much of a path as names the table it leads into: a section, or one table of a mapping."""
    return path[: 1 if mapping_of(path) is None else _ENTRY_DEPTH]


def at(path: Path) -> Setting | None:
    """Return the setting whose path this is; None where it is none's."""
    found = settings_by_path().get(path)
    if found is not None:
        return found
    mapping = mapping_of(path)
    if mapping is None:
        depth = 1
        table = settings_by_path().get(path[:depth])
    else:
        depth = _ENTRY_DEPTH + 1
        table = mapping.in_entry(path[1]).get(path[_ENTRY_DEPTH]) if len(path) >= depth else None
        found = table if len(path) == depth else None
    if found is None and table is not None and table.free and len(path) > depth:
        return table.inside(path)
    return found


def find(path: Path) -> Setting | None:
    """Return the setting that a path is, or leads into: an item of a tuple, a table of a mapping."""
    return next((found for length in range(len(path), 0, -1) if (found := at(path[:length])) is not None), None)


def tables(values: Mapping[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield every table of a tree of values that may hold settings, with its path."""
    for section, table in tuple(values.items()):
        if not isinstance(table, dict):
            continue
        if mapping_of((section,)) is None:
            yield (section,), table
        else:
            yield from (((section, name), entry) for name, entry in tuple(table.items()) if isinstance(entry, dict))
