"""From a hand-written configuration to the settings that mean the same, and to what no setting of ours holds."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct
from nautilus_trader.config import CacheConfig, DatabaseConfig, LiveExecEngineConfig, LoggingConfig, TradingNodeConfig
from nautilus_trader.trading.strategy import Strategy

from reconciliation.engine.errors import NotAConfigError
from reconciliation.engine.hand_written import HandWritten
from reconciliation.engine.scripted import ScriptNode
from reconciliation.engine.v1.field_reading import FieldReading, default_of, shown
from reconciliation.engine.v1.fields import CACHE, DATABASE, EXEC_ENGINE, FIELDS, LOGGING, NODE, PARTS
from reconciliation.engine.v1.handwritten import NODE_FIELDS, claims_of, part_of
from reconciliation.engine.v1.strategy_ids import id_from_trader
from reconciliation.identifiers import STRATEGY_ID

_PLACES: Final = {**PARTS, LOGGING: "logging."}
_IDS: Final = ("trader_id", "instance_id")
_IN_URL: Final = frozenset({"database", "type", "host", "port", "username", "password", "ssl"})
"""The fields of cache and database that `cache.url` holds."""
_TABLES: Final = {"logging": "logging", "risk_engine": "risk", "message_bus": "message_bus", "streaming": "streaming"}
"""The parts of a node whose fields stand in a table of the settings."""
_IMPORTED: Final = {
    "strategies": "strategy_path", "actors": "actor_path", "exec_algorithms": "exec_algorithm_path",
}  # fmt: skip
"""What the engine imports for a node, with the field that names the class; a table of the settings may name it too."""
_OTHERS: Final = ("environment", "data_engine", "portfolio", "emulator", "catalogs", "controller", "loop_debug")
"""The parts of a node that no setting holds, and that are no clients."""


class _Part(Struct, frozen=True):
    """One configuration object and what the engine would take of it."""

    config: msgspec.Struct
    reading: FieldReading


def settings_of_engine(config: object, source: str) -> HandWritten:
    """Return what a hand-written configuration says; see the contract of generations.

    Raises:
        NotAConfigError: it is none.
    """
    node = config if isinstance(config, ScriptNode) else ScriptNode(config, source)
    config = node.config
    refused: dict[str, str] = {}
    if isinstance(config, LiveExecEngineConfig):
        parts = {EXEC_ENGINE: _Part(config, FieldReading(config, ""))}
        return HandWritten(source, EXEC_ENGINE, _values(parts, refused), refused, tuple(_left_alone(parts)))
    if not isinstance(config, TradingNodeConfig):
        raise NotAConfigError(config)
    parts = _parts(config, refused)
    values = _values(parts, refused)
    nobodys = []
    for strategy, claimed in claims_of(config, node.strategies, refused).items():
        if STRATEGY_ID.fullmatch(strategy):
            values[f"claims.{strategy}.instrument_ids"] = list(claimed)
        else:
            nobodys.append(f"claims of {strategy} ({', '.join(claimed)}): a table [claims.ID], once it has a whole id")
    remains = (*nobodys, *_clients(config), *_components(config, node.strategies), *_rest(config), *_left_alone(parts))
    return HandWritten(source, NODE, values, refused, remains)


def _parts(config: TradingNodeConfig, refused: dict[str, str]) -> dict[str, _Part]:
    cache = part_of(config.cache, CacheConfig, "cache", refused)
    found = {
        EXEC_ENGINE: part_of(config.exec_engine, LiveExecEngineConfig, "exec_engine", refused),
        CACHE: cache,
        DATABASE: part_of(cache.database, DatabaseConfig, "cache.database", refused),
        LOGGING: part_of(config.logging, LoggingConfig, "logging", refused),
    }
    if cache.database is None:
        del found[DATABASE]
    leave = ("database",)  # a part of its own
    parts = {owner: _Part(part, FieldReading(part, _PLACES[owner], leave=leave)) for owner, part in found.items()}
    return parts | {NODE: _Part(config, FieldReading(config, "", only=NODE_FIELDS))}


def _values(parts: Mapping[str, _Part], refused: dict[str, str]) -> dict[str, Any]:
    """Return what settings hold of these parts, by key; note what the engine would not take."""
    values: dict[str, Any] = {}
    for field in FIELDS:
        part = parts.get(field.owner)
        if part is None or not field.is_setting or field.name in _IN_URL:
            continue
        if (why := part.reading.refused.get(f"{part.reading.prefix}{field.name}")) is not None:
            refused[field.key] = why
        else:
            values[field.key] = _plain(field.name, field.read(part.reading.value(field.name)))
    return values


def _plain(name: str, value: Any) -> Any:
    if name in _IDS and value is not None:
        return str(value)
    return list(value) if isinstance(value, tuple) else value


# -- What no setting holds ------------------------------------------------------------------------


def _clients(config: TradingNodeConfig) -> Iterator[str]:
    for name, client in config.data_clients.items():
        yield f"data client {name}, a {type(client).__name__}: builder.add_data_client in configure(builder)"
    for name, client in config.exec_clients.items():
        yield f"execution client {name}, a {type(client).__name__}: builder.add_exec_client in configure(builder)"


def _components(config: TradingNodeConfig, added: list[object]) -> Iterator[str]:
    for number, strategy in enumerate(added, len(config.strategies)):
        name = ""
        if isinstance(strategy, Strategy):
            name = f"{id_from_trader(str(strategy.id), strategy.order_id_tag, number)}, a "
        yield f"strategy {name}{type(strategy).__name__}: builder.add_strategy in configure(builder)"
    for section, path in _IMPORTED.items():
        for each in getattr(config, section):
            yield f"{getattr(each, path, type(each).__name__)}: a table [{section}.ID]"


def _rest(config: TradingNodeConfig) -> Iterator[str]:
    for part, table in _TABLES.items():
        names = _changed(getattr(config, part))
        if names := [name for name in names if f"{part}.{name}" != "logging.log_level"]:
            yield f"{part}: {', '.join(names)} in a table [{table}]"
    for field in msgspec.structs.fields(type(config)):
        if field.name in _OTHERS and getattr(config, field.name) != default_of(field):
            yield f"{field.name}: the engine's default stays"
    database = getattr(config.cache, "database", None)
    if isinstance(database, DatabaseConfig):
        yield _cache_url(database)
    else:
        yield "no database for the cache: recon gives it one, an embedded Valkey unless RECON_CACHE_URL names another"


def _changed(part: object) -> list[str]:
    """Return the fields of a part that differ from the engine's defaults."""
    fields = msgspec.structs.fields(type(part)) if isinstance(part, msgspec.Struct) else ()
    return [field.name for field in fields if getattr(part, field.name) != default_of(field)]


def _cache_url(database: DatabaseConfig) -> str:
    scheme = "rediss" if database.ssl else "redis"
    secret = "USER:PASSWORD@" if database.username or database.password else ""
    url = f"{scheme}://{secret}{database.host or '127.0.0.1'}:{database.port or 6379}"
    return f"the cache's database: RECON_CACHE_URL={url}"


def _left_alone(parts: Mapping[str, _Part]) -> Iterator[str]:
    for owner, part in parts.items():
        for field in msgspec.structs.fields(type(part.config)):
            why = FIELDS.left_alone.get(owner, {}).get(field.name)
            value = getattr(part.config, field.name)
            if why is not None and field.name not in _IN_URL and value != default_of(field):
                yield f"{part.reading.prefix}{field.name} = {shown(value)}: {why}"
