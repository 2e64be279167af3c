"""Importing what the settings name: strategies, actors, execution algorithms, clients, and the engine's own tables.

The engine's `ImportableStrategyConfig` and the like are made one by one while a node is being built, each fault with a
traceback; and one that holds a `strategy_id` never makes a strategy: the id that `parse` makes of it is no text, which
`Strategy` wants (read with 1.231.0). So all of it is judged here first, and the id comes from the table's name.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec
from nautilus_trader.common.actor import Actor
from nautilus_trader.config import (
    ActorConfig,
    ExecAlgorithmConfig,
    LiveDataClientConfig,
    LiveExecClientConfig,
    LiveRiskEngineConfig,
    LoggingConfig,
    MessageBusConfig,
    StrategyConfig,
    StreamingConfig,
)
from nautilus_trader.execution.algorithm import ExecAlgorithm
from nautilus_trader.live.factories import LiveDataClientFactory, LiveExecClientFactory
from nautilus_trader.model.identifiers import ComponentId, ExecAlgorithmId
from nautilus_trader.trading.strategy import Strategy

from reconciliation.engine.builder import ClientSpec
from reconciliation.engine.parts import Make, Parts
from reconciliation.engine.user_code import imported, place_in
from reconciliation.engine.v1.adapters.lookup import factory_with_guards
from reconciliation.engine.v1.judged import judged
from reconciliation.settings import Settings
from reconciliation.settings.importable import ClientSettings
from reconciliation.settings.urls import said

ENGINE_CLASSES: Final = {
    "logging": LoggingConfig,
    "risk": LiveRiskEngineConfig,
    "message_bus": MessageBusConfig,
    "streaming": StreamingConfig,
}
"""The classes of the tables that are one configuration of the engine's as a whole."""

OURS: Final = {
    "logging.log_level": "log.level",
    "risk.graceful_shutdown_on_exception": "node.graceful_shutdown_on_exception",
}
"""Fields of theirs that a setting of ours sets already."""


class _Kind(NamedTuple):
    """What one section of imported things holds."""

    section: str
    path: str
    """The key that names the class."""
    base: type[Any]
    config: type[Any]
    not_of: tuple[type[Any], ...] = ()
    """What the engine takes for one too, and has a section of its own."""


STRATEGIES: Final = _Kind("strategies", "strategy_path", Strategy, StrategyConfig)
ACTORS: Final = _Kind("actors", "actor_path", Actor, ActorConfig, (Strategy, ExecAlgorithm))
ALGORITHMS: Final = _Kind("exec_algorithms", "exec_algorithm_path", ExecAlgorithm, ExecAlgorithmConfig)


def parts_of(settings: Settings, *, read_only: bool) -> Parts:
    """Import and judge all that the settings name; of the user's code, modules run and nothing else.

    Args:
        settings: what was resolved.
        read_only: clients whose adapter is known open no user stream.
    """
    faults: dict[str, str] = {}
    strategies: dict[str, Make] = {}
    claims: dict[str, tuple[str, ...]] = {}
    for name, (cls, config) in _components(settings, STRATEGIES, faults).items():
        own, _, tag = name.rpartition("-")
        config = msgspec.structs.replace(config, strategy_id=own, order_id_tag=tag)  # noqa: PLW2901
        strategies[name] = partial(cls, config=config)
        if config.external_order_claims:
            claims[name] = tuple(map(str, config.external_order_claims))
    faults |= _shared_tags(settings)
    actors = {
        name: partial(cls, msgspec.structs.replace(config, component_id=ComponentId(name)))
        for name, (cls, config) in _components(settings, ACTORS, faults).items()
    }
    algorithms = {
        name: partial(cls, config=msgspec.structs.replace(config, exec_algorithm_id=ExecAlgorithmId(name)))
        for name, (cls, config) in _components(settings, ALGORITHMS, faults).items()
    }
    data_clients, exec_clients = {}, {}
    for name, client in settings.clients.items():
        key = f"clients.{name}"
        data = _client(key, "data", client, LiveDataClientConfig, LiveDataClientFactory, faults)
        execution = _client(key, "exec", client, LiveExecClientConfig, LiveExecClientFactory, faults)
        if data is not None:
            data_clients[name] = data
        if execution is not None:
            guards = settings.node.guards
            exec_clients[name] = factory_with_guards(execution, guards, read_only=read_only)
    for section, cls in ENGINE_CLASSES.items():
        if table := getattr(settings, section):
            faults |= {
                key: f"{ours} sets it already"
                for key, ours in OURS.items()
                if key.rpartition(".")[2] in table and key.startswith(f"{section}.")
            }
            judged(cls, {section: table}, faults, named_by=f"{section}.{next(iter(table))}")
    return Parts(faults, claims, strategies, actors, algorithms, data_clients, exec_clients)


def _components(settings: Settings, kind: _Kind, faults: dict[str, str]) -> dict[str, tuple[Callable[..., Any], Any]]:
    """Return the class and the configuration of each thing in a section that is without fault."""
    found: dict[str, tuple[Callable[..., Any], Any]] = {}
    for name, entry in getattr(settings, kind.section).items():
        key = f"{kind.section}.{name}"
        cls = _class(getattr(entry, kind.path), kind.base, f"{key}.{kind.path}", faults, not_of=kind.not_of)
        config_cls = _class(entry.config_path, kind.config, f"{key}.config_path", faults)
        fields = {field: value for field, value in entry.config.items() if field not in _ID_FIELDS}
        faults |= _other_ids(key, name, entry.config)
        if config_cls is None:
            continue
        config = judged(config_cls, {f"{key}.config": fields}, faults, named_by=f"{key}.config_path")
        if cls is not None and config is not None:
            found[name] = (cls, config)
    return found


_ID_FIELDS: Final = ("strategy_id", "order_id_tag", "component_id", "exec_algorithm_id")


def _other_ids(key: str, name: str, config: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of a configuration that would give a thing another id than its table's name."""
    own, _, tag = name.rpartition("-")
    fitting = {
        "strategy_id": (own, name),
        "order_id_tag": (tag,),
        "component_id": (name,),
        "exec_algorithm_id": (name,),
    }
    return {
        f"{key}.config.{field}": f"{config[field]!r} makes another id than the table's name, {name}; leave it out"
        for field in _ID_FIELDS
        if field in config and config[field] not in fitting[field]
    }


def _shared_tags(settings: Settings) -> dict[str, str]:
    """Return the strategies whose order id tag another one has, which the engine refuses."""
    by_tag: dict[str, list[str]] = defaultdict(list)
    for name in settings.strategies:
        by_tag[name.rpartition("-")[2]].append(name)
    return {
        f"strategies.{name}.strategy_path": f"its tag {tag} is that of {others[0]} too; give each a tag of its own"
        for tag, (*others, name) in by_tag.items()
        if others
    }


def _client(
    key: str, kind: str, client: ClientSettings, config_base: type[Any], factory_base: type[Any], faults: dict[str, str]
) -> ClientSpec | None:
    """Return the data or the execution client of a table; None where it has none, or a fault."""
    config_path, factory_path = getattr(client, f"{kind}_config_path"), getattr(client, f"{kind}_factory_path")
    if config_path is None:
        return None
    factory = _class(factory_path, factory_base, f"{key}.{kind}_factory_path", faults)
    config_cls = _class(config_path, config_base, f"{key}.{kind}_config_path", faults)
    if config_cls is None:
        return None
    tables = {f"{key}.config": client.config, f"{key}.{kind}_config": getattr(client, f"{kind}_config")}
    config = judged(config_cls, tables, faults, named_by=f"{key}.{kind}_config_path")
    return None if config is None or factory is None else ClientSpec(config, factory)


def _class(
    path: str, base: type[Any], key: str, faults: dict[str, str], *, not_of: tuple[type[Any], ...] = ()
) -> type[Any] | None:
    """Return the class that a path names; None, and why, where there is none of that base."""
    module_name, _, name = path.partition(":")
    try:
        found: Any = imported(module_name)
        for part in name.split("."):
            found = getattr(found, part)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - it is the user's code
        faults[key] = "; ".join(_import_fault(error, module_name, name))
        return None
    if not isinstance(found, type) or not issubclass(found, base):
        faults[key] = f"{path} is no {base.__name__} class"
    elif issubclass(found, not_of):
        other = next(each for each in not_of if issubclass(found, each))
        faults[key] = f"{path} is a {other.__name__} class, which has a section of its own"
    else:
        return found
    return None


def _import_fault(error: BaseException, module: str, name: str) -> Iterator[str]:
    if isinstance(error, ModuleNotFoundError) and error.name and f"{module}.".startswith(f"{error.name}."):
        yield f"there is no module {error.name}"
        yield "run from the folder that holds it, or install it"
    elif isinstance(error, AttributeError) and not place_in(error):
        yield f"{module} has no {name}"
    elif isinstance(error, SystemExit):
        yield f"importing {module} ends the process"
        yield "put what runs a node under: if __name__ == '__main__'"
    else:
        reason = said(error)
        yield f"importing {module} failed: {type(error).__name__}: {reason} {place_in(error)}".rstrip()
