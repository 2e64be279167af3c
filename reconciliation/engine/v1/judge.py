"""From a hand-written engine configuration to what the rules judge; nothing of recon's own settings is needed."""

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import msgspec
from nautilus_trader.adapters.binance.config import BinanceExecClientConfig
from nautilus_trader.common.config import msgspec_decoding_hook, msgspec_encoding_hook
from nautilus_trader.config import CacheConfig, DatabaseConfig, LiveExecEngineConfig, TradingNodeConfig
from nautilus_trader.live import node as node_module

from reconciliation.config import ReconciliationConfig, engine_name
from reconciliation.rules.subject import FACTS, Client, Database, Subject
from reconciliation.rules.timings import STOCK_BINANCE_ERRORS
from reconciliation.settings import Settings

_NODE_FIELDS: Final = (
    "load_state",
    "save_state",
    "timeout_connection",
    "timeout_reconciliation",
    "timeout_portfolio",
    "timeout_disconnection",
    "timeout_post_stop",
    "timeout_shutdown",
)
_NODE_NAMES: Final = {
    **{f"node.{name}": name for name in _NODE_FIELDS},
    **{f"cache.{name}": f"cache.{name}" for name in ("flush_on_start", "use_instance_id")},
    **{f"cache.database.{name}": f"cache.database.{name}" for name in ("username", "password", "factor", "max_delay")},
    "cache.number_of_retries": "cache.database.number_of_retries",
    "node.instance_id": "instance_id",
    "claims": "strategies",
}
"""How the fields around the execution engine are known, by our keys."""
_MASKED: Final = frozenset({"username", "password"})
_SNAPSHOTS: Final = ("snapshot_orders", "snapshot_positions")
_BREAKS_URL: Final = re.compile(r"[/#?]|%(?![0-9A-Fa-f]{2})")
"""What breaks the url that the engine makes of user and password; a % that escapes something does not."""


class NotAConfigError(Exception):
    """What was to be judged is no configuration that the rules know."""

    def __init__(self, found: object) -> None:
        what = f"is the class {found.__name__}" if isinstance(found, type) else f"is a {type(found).__name__}"
        super().__init__(
            f"{what}, not a LiveExecEngineConfig or a TradingNodeConfig; name one, or a function that returns one"
        )


class _InertNode:
    """Stands where a `TradingNode` would be built while a user's module is imported: it keeps the configuration only.

    A real one would connect to the database, and a module that runs it would trade.
    """

    def __init__(self, config: object = None, **_: object) -> None:
        self.config = config

    def __getattr__(self, name: str) -> "_InertNode":
        return self

    def __call__(self, *_: object, **__: object) -> "_InertNode":
        return self


@contextmanager
def no_nodes() -> Iterator[None]:
    """Have modules that are imported meanwhile build no node."""
    real = node_module.TradingNode
    node_module.TradingNode = _InertNode
    try:
        yield
    finally:
        node_module.TradingNode = real


def subject_of_engine(config: object, facts: Settings, origins: Mapping[str, str], source: str) -> Subject:
    """Return what a hand-written configuration means, with the stock clients and without any guard.

    Args:
        config: a `LiveExecEngineConfig` or a `TradingNodeConfig`, or what `no_nodes` made of a node.
        facts: the facts about node, venue and database that such a configuration does not hold; the rest is not read.
        origins: where those facts come from, by dotted key.
        source: where the configuration comes from, as the user knows it.

    Raises:
        NotAConfigError: it is neither.
    """
    if isinstance(config, _InertNode):
        config = config.config
    if isinstance(config, TradingNodeConfig):
        return _of_node(config, facts, origins, source)
    if isinstance(config, LiveExecEngineConfig):
        return _of_engine(config, facts, origins, source)
    raise NotAConfigError(config)


def _of_engine(config: LiveExecEngineConfig, facts: Settings, origins: Mapping[str, str], source: str) -> Subject:
    engine = _Reading(config, "")
    names = _engine_names("")
    graceful = engine.value("graceful_shutdown_on_exception")
    return Subject(
        reconciliation=_reconciliation(engine),
        node=facts.node.model_copy(update={"graceful_shutdown_on_exception": graceful}),
        clients=(_assumed_client(facts),),
        assumed_venue=facts.venue.name,
        guards=frozenset(),
        by_recon=False,
        whole_node=False,
        database_known=False,
        facts=facts.facts,
        load_cache=engine.value("load_cache"),
        refused=_by_key(engine.refused, names),
        names=_all_names(names, engine.refused),
        origins=_origins(names, engine.refused, origins, source),
    )


def _of_node(config: TradingNodeConfig, facts: Settings, origins: Mapping[str, str], source: str) -> Subject:
    refused: dict[str, str] = {}
    engine = _Reading(_part(config.exec_engine, LiveExecEngineConfig, "exec_engine", refused), "exec_engine.")
    cache_config = _part(config.cache, CacheConfig, "cache", refused)
    cache = _Reading(cache_config, "cache.", leave=("database",))
    database = _Reading(_part(cache_config.database, DatabaseConfig, "cache.database", refused), "cache.database.")
    whole = _Reading(config, "", only=_NODE_FIELDS)
    claims = _claims(config, refused)
    for reading in (engine, cache, database, whole):
        refused |= reading.refused
    names = _engine_names("exec_engine.") | _NODE_NAMES
    lost = tuple(f"{part}." for part in ("exec_engine", "cache", "cache.database") if part in refused)
    node = facts.node.model_copy(
        update={
            **{name: whole.value(name) for name in _NODE_FIELDS},
            "graceful_shutdown_on_exception": engine.value("graceful_shutdown_on_exception"),
            "instance_id": None if config.instance_id is None else str(config.instance_id),
        }
    )
    clients = tuple(ruled_client(name, client, guarded=False) for name, client in config.exec_clients.items())
    return Subject(
        reconciliation=_reconciliation(engine),
        node=node,
        clients=clients or (_assumed_client(facts),),
        guards=frozenset(),
        by_recon=False,
        assumed_venue="" if clients else facts.venue.name,
        database=None if cache_config.database is None else _database(cache, database),
        facts=facts.facts,
        load_cache=engine.value("load_cache"),
        claims=claims,
        persisting=tuple(name for name in _SNAPSHOTS if engine.value(name)),
        refused=_by_key(refused, names),
        unread=frozenset(key for key, name in names.items() if lost and name.startswith(lost)),
        names=_all_names(names, refused),
        origins=_origins(names, refused, origins, source),
    )


def ruled_client(name: str, config: Any, *, guarded: bool) -> Client:
    """Return what rules know of an execution client: of the stock Binance one that it rejects by itself."""
    venue = str(getattr(config, "venue", None) or name)
    if not isinstance(config, BinanceExecClientConfig):
        return Client(venue, guarded=guarded)
    spot = config.account_type.is_spot_or_margin
    return Client(
        venue,
        guarded=guarded,
        rejects_after=config.max_retries or STOCK_BINANCE_ERRORS,
        limits="BINANCE_SPOT" if spot else "BINANCE",
    )


def _assumed_client(facts: Settings) -> Client:
    """Return a stock client of the venue that the facts name: nothing else says which it is."""
    binance = facts.venue.name.startswith("BINANCE")
    return Client(facts.venue.name, guarded=False, rejects_after=STOCK_BINANCE_ERRORS if binance else 0)


def _part(value: Any, wanted: type[Any], name: str, refused: dict[str, str]) -> Any:
    """Return a part of a configuration, or its defaults where it is absent or of another type."""
    if value is not None and not isinstance(value, wanted):
        refused[name] = f"{_shown(value)} is no {wanted.__name__}"
    return value if isinstance(value, wanted) else wanted()


class _Reading:
    """One configuration object, each field judged by itself as the engine's `parse` judges it.

    `parse` stops at the first fault, and its JSON cannot carry some: a NaN becomes a null, and an id given as plain
    text becomes the id that it should have been.

    Args:
        config: the object.
        prefix: what stands before its fields' names.
        only: the fields to judge; all when empty.
        leave: fields that are not judged.
    """

    def __init__(
        self, config: msgspec.Struct, prefix: str, only: tuple[str, ...] = (), leave: tuple[str, ...] = ()
    ) -> None:
        self._config = config
        self._wrong: dict[str, Any] = {}
        self.refused: dict[str, str] = {}
        for field in msgspec.structs.fields(type(config)):
            if (only and field.name not in only) or field.name in leave:
                continue
            value = getattr(config, field.name)
            why = _refusal(value, field.type, f"a {type(value).__name__}" if field.name in _MASKED else _shown(value))
            if why is not None:
                # What a fault leaves unknown is judged as the default, by the rules that still apply.
                self._wrong[field.name] = _default(field)
                self.refused[f"{prefix}{field.name}"] = why

    def value(self, name: str) -> Any:
        """Return a field's value, or its default where the value is refused."""
        return self._wrong[name] if name in self._wrong else getattr(self._config, name)


def _default(field: msgspec.structs.FieldInfo) -> Any:
    return field.default_factory() if field.default is msgspec.NODEFAULT else field.default


def _refusal(value: Any, wanted: Any, shown: str) -> str | None:
    """Return why the engine's `parse` would not take a value, or None."""
    if isinstance(value, float) and not math.isfinite(value):
        return f"{shown} is no number that can be used"
    try:
        parsed = msgspec.json.decode(
            msgspec.json.encode(value, enc_hook=msgspec_encoding_hook), type=wanted, dec_hook=msgspec_decoding_hook
        )
    except Exception as error:  # noqa: BLE001 - whatever a hook or an id's constructor raises is a refusal
        return f"{shown} is refused: {' '.join(str(error).split())}"
    # The JSON of an id is a text, so a text where an id is wanted comes back as the id it should have been.
    kind = type(parsed[0]) if isinstance(parsed, list) and parsed else None
    if kind is not None and not all(isinstance(item, kind) for item in value):
        return f"{shown} is no list of {kind.__name__}"
    return None


def _shown(value: object) -> str:
    return repr(value) if isinstance(value, bool | int | float | str | list | tuple) else f"a {type(value).__name__}"


def _reconciliation(reading: _Reading) -> ReconciliationConfig:
    """Return the fields as ours, unvalidated: to the engine 0 is off, and an empty list is no filter."""
    values = {name: reading.value(engine_name(name)) for name in ReconciliationConfig.model_fields}
    values["inflight_check_interval_ms"] = values["inflight_check_interval_ms"] or None
    ids = values["instrument_ids"]
    values["instrument_ids"] = tuple(map(str, ids)) if ids else None
    values["filtered_client_order_ids"] = tuple(map(str, values["filtered_client_order_ids"] or ()))
    return ReconciliationConfig.model_construct(**values)


def _database(cache: _Reading, database: _Reading) -> Database:
    return Database(
        number_of_retries=database.value("number_of_retries"),
        boot_wait_secs=_boot_wait_secs(database),
        flush_on_start=cache.value("flush_on_start"),
        use_instance_id=cache.value("use_instance_id"),
        unescaped=tuple(name for name in ("username", "password") if _breaks_url(database.value(name))),
    )


def _boot_wait_secs(database: _Reading) -> float:
    """Return the least time until the engine gives up on a database that refuses connections, in seconds.

    The pause before retry k is `factor * exponent_base ** k` milliseconds, `max_delay` seconds at the most; measured. A
    fixed jitter makes each up to twice as long.
    """
    retries, base, factor, most = (
        float(max(database.value(name), 0)) for name in ("number_of_retries", "exponent_base", "factor", "max_delay")
    )
    total, pause = 0.0, min(factor, most * 1_000)
    while retries > 0:
        longer = min(pause * base, most * 1_000)
        steady = longer == pause  # from here on every pause is alike
        total += pause * (retries if steady else 1)
        retries -= retries if steady else 1
        pause = longer
    return total / 1_000


def _breaks_url(text: str | None) -> bool:
    """Whether a part of the engine's own url would be read as something else."""
    return text is not None and _BREAKS_URL.search(text) is not None


def _claims(config: TradingNodeConfig, refused: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Return what the strategies in the configuration claim; note what they claim as plain text."""
    found: dict[str, tuple[str, ...]] = {}
    for number, strategy in enumerate(config.strategies):
        claimed = strategy.config.get("external_order_claims") or ()
        if isinstance(claimed, str):
            refused[f"strategies[{number}].external_order_claims"] = f"{claimed!r} is a text, and a list is wanted"
        elif claimed:
            owner = strategy.config.get("strategy_id") or strategy.strategy_path.rpartition(":")[2]
            tag = strategy.config.get("order_id_tag")
            owner = f"{owner}-{tag}" if tag else str(owner)
            found[owner] = (*found.get(owner, ()), *map(str, claimed))
    return found


def _engine_names(prefix: str) -> dict[str, str]:
    """Return how the fields of the execution engine's configuration are known, by our keys."""
    fields = {f"reconciliation.{name}": engine_name(name) for name in ReconciliationConfig.model_fields} | {
        "cache.load_cache": "load_cache",
        "node.graceful_shutdown_on_exception": "graceful_shutdown_on_exception",
        **{name: name for name in _SNAPSHOTS},
    }
    return {key: f"{prefix}{name}" for key, name in fields.items()}


def _all_names(names: Mapping[str, str], refused: Mapping[str, str]) -> dict[str, str]:
    """Return the names with those of the facts, of the timeouts, and of refused fields that are no setting of ours."""
    own = {name: name for name in refused if name not in names.values()}
    timeouts = {f"node.{name}": name for name in _NODE_FIELDS}
    return {**{key: key for key in FACTS}, **timeouts, **own, **names}


def _by_key(refused: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """Return what is refused by our key, and by the engine's name where we have none."""
    keys = {name: key for key, name in names.items()}
    return {keys.get(name, name): why for name, why in refused.items()}


def _origins(
    names: Mapping[str, str], refused: Mapping[str, str], facts: Mapping[str, str], source: str
) -> dict[str, str]:
    """Return where the values come from: facts from the settings, all else from the configuration."""
    return {key: facts[key] for key in FACTS} | dict.fromkeys((*refused, *names), source)
