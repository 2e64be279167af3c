"""From a hand-written engine configuration to what the rules judge; nothing of recon's own settings is needed."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from nautilus_trader.config import CacheConfig, DatabaseConfig, LiveExecEngineConfig, TradingNodeConfig
from nautilus_trader.trading.strategy import Strategy

from reconciliation.config import ReconciliationConfig
from reconciliation.engine.errors import NotAConfigError
from reconciliation.engine.scripted import ScriptNode
from reconciliation.engine.v1.adapters.lookup import assumed_traits, is_simulated, traits_of
from reconciliation.engine.v1.field_reading import FieldReading, shown
from reconciliation.engine.v1.fields import EXEC_ENGINE, FIELDS, NODE, PARTS
from reconciliation.engine.v1.inert import InertNode
from reconciliation.engine.v1.strategy_ids import id_from_trader
from reconciliation.rules.check import DEFAULT
from reconciliation.rules.subject import FACTS, Database, NothingToJudge, Subject
from reconciliation.settings import Settings

NODE_FIELDS: Final = tuple(field.name for field in FIELDS.settings(NODE) if not field.name.endswith("_id"))
"""The fields of a `TradingNodeConfig` itself that rules judge."""
_SNAPSHOTS: Final = ("snapshot_orders", "snapshot_positions")
_BREAKS_URL: Final = re.compile(r"[/#?]|%(?![0-9A-Fa-f]{2})")
"""What breaks the url that the engine makes of user and password; a % that escapes something does not."""


def subject_of_engine(
    config: object, facts: Settings, origins: Mapping[str, str], source: str
) -> Subject | NothingToJudge:
    """Return what a hand-written configuration means, with the stock clients and without any guard.

    Args:
        config: a `LiveExecEngineConfig` or a `TradingNodeConfig`, or what `no_nodes` made of a node, with the
            strategies that were added to it.
        facts: the facts about node, venue and database that such a configuration does not hold; the rest is not read.
        origins: where those facts come from, by dotted key.
        source: where the configuration comes from, as the user knows it.

    Raises:
        NotAConfigError: it is neither.
    """
    kept = config.kept if isinstance(config, InertNode) else config
    node = kept if isinstance(kept, ScriptNode) else ScriptNode(config, source)
    config = node.config
    if isinstance(config, TradingNodeConfig):
        return _of_node(config, node.strategies if node is kept else None, facts, origins, source)
    if isinstance(config, LiveExecEngineConfig):
        return _of_engine(config, facts, origins, source)
    raise NotAConfigError(config)


def _of_engine(config: LiveExecEngineConfig, facts: Settings, origins: Mapping[str, str], source: str) -> Subject:
    engine = FieldReading(config, "")
    names = _names(whole_node=False)
    ours = {name: engine.value(name) for name in ("graceful_shutdown_on_exception", "manage_own_order_books")}
    return Subject(
        reconciliation=_reconciliation(engine),
        node=facts.node.model_copy(update=ours),
        clients=(assumed_traits(facts.venue.name),),
        assumed_venue=facts.venue.name,
        assumed=_assumed(origins, "venue.name", "node.tolerated_outage_secs"),
        guards=frozenset(),
        by_recon=False,
        whole_node=False,
        database_known=False,
        sees_strategies=False,
        facts=facts.facts,
        load_cache=engine.value("load_cache"),
        refused=_by_key(engine.refused, names),
        names=_all_names(names, engine.refused),
        origins=_origins(names, engine.refused, origins, source),
    )


def _of_node(
    config: TradingNodeConfig, added: list[object] | None, facts: Settings, origins: Mapping[str, str], source: str
) -> Subject | NothingToJudge:
    if not config.exec_clients:
        return NothingToJudge("it has no execution client, so that it cannot have orders")
    clients = tuple(
        traits_of(name, client, guarded=False)
        for name, client in config.exec_clients.items()
        if not is_simulated(client)
    )
    if not clients:
        return NothingToJudge("its orders live in a sandbox of its own process, which has no venue to differ from")
    refused: dict[str, str] = {}
    engine = FieldReading(part_of(config.exec_engine, LiveExecEngineConfig, "exec_engine", refused), "exec_engine.")
    cache_config = part_of(config.cache, CacheConfig, "cache", refused)
    cache = FieldReading(cache_config, "cache.", leave=("database",))
    database = FieldReading(
        part_of(cache_config.database, DatabaseConfig, "cache.database", refused), "cache.database."
    )
    whole = FieldReading(config, "", only=NODE_FIELDS)
    claims = claims_of(config, added or (), refused)
    for reading in (engine, cache, database, whole):
        refused |= reading.refused
    names = _names(whole_node=True)
    lost = tuple(f"{part}." for part in ("exec_engine", "cache", "cache.database") if part in refused)
    node = facts.node.model_copy(
        update={
            **{name: whole.value(name) for name in NODE_FIELDS},
            "graceful_shutdown_on_exception": engine.value("graceful_shutdown_on_exception"),
            "manage_own_order_books": engine.value("manage_own_order_books"),
            "instance_id": None if config.instance_id is None else str(config.instance_id),
        }
    )
    return Subject(
        reconciliation=_reconciliation(engine),
        node=node,
        clients=clients,
        guards=frozenset(),
        by_recon=False,
        assumed=_assumed(origins, "node.tolerated_outage_secs"),
        database=None if cache_config.database is None else _database(cache, database),
        facts=facts.facts,
        load_cache=engine.value("load_cache"),
        claims=claims,
        sees_strategies=added is not None or bool(config.strategies),
        persisting=tuple(name for name in _SNAPSHOTS if engine.value(name)),
        refused=_by_key(refused, names),
        unread=frozenset(key for key, name in names.items() if lost and name.startswith(lost)),
        names=_all_names(names, refused),
        origins=_origins(names, refused, origins, source),
    )


def _assumed(origins: Mapping[str, str], *facts: str) -> frozenset[str]:
    """Return those of the facts that nobody told."""
    return frozenset(key for key in facts if origins[key] == DEFAULT)


def part_of(value: Any, wanted: type[Any], name: str, refused: dict[str, str]) -> Any:
    """Return a part of a configuration, or its defaults where it is absent or of another type."""
    if value is not None and not isinstance(value, wanted):
        refused[name] = f"{shown(value)} is no {wanted.__name__}"
    return value if isinstance(value, wanted) else wanted()


def _reconciliation(reading: FieldReading) -> ReconciliationConfig:
    """Return the fields as ours, unvalidated."""
    ours = (field for field in FIELDS.settings(EXEC_ENGINE) if field.key.startswith("reconciliation."))
    return ReconciliationConfig.model_construct(
        **{field.key.partition(".")[2]: field.read(reading.value(field.name)) for field in ours}
    )


def _database(cache: FieldReading, database: FieldReading) -> Database:
    return Database(
        number_of_retries=database.value("number_of_retries"),
        boot_wait_secs=_boot_wait_secs(database),
        flush_on_start=cache.value("flush_on_start"),
        use_instance_id=cache.value("use_instance_id"),
        unescaped=tuple(name for name in ("username", "password") if _breaks_url(database.value(name))),
    )


def _boot_wait_secs(database: FieldReading) -> float:
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


def claims_of(
    config: TradingNodeConfig, added: Iterable[object], refused: dict[str, str]
) -> dict[str, tuple[str, ...]]:
    """Return what the strategies claim, those in the configuration and those added by hand; note plain text."""
    found: dict[str, tuple[str, ...]] = {}
    for number, strategy in enumerate(added, len(config.strategies)):
        if isinstance(strategy, Strategy) and strategy.external_order_claims:
            owner = id_from_trader(str(strategy.id), strategy.order_id_tag, number)
            found[owner] = (*found.get(owner, ()), *map(str, strategy.external_order_claims))
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


def _names(*, whole_node: bool) -> dict[str, str]:
    """Return how the engine's fields are known, by our keys.

    Args:
        whole_node: whether they stand in a `TradingNodeConfig`; otherwise the execution engine's stand alone.
    """
    if whole_node:
        return {field.key: f"{PARTS[field.owner]}{field.name}" for field in FIELDS if field.owner in PARTS}
    return {field.key: field.name for field in FIELDS.of(EXEC_ENGINE)}


def _all_names(names: Mapping[str, str], refused: Mapping[str, str]) -> dict[str, str]:
    """Return the names with those of the facts, of the timeouts, and of refused fields that are no setting of ours."""
    own = {name: name for name in refused if name not in names.values()}
    timeouts = {f"node.{name}": name for name in NODE_FIELDS}
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
