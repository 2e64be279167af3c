"""What this generation can do, as the contract of generations names it."""

import asyncio
import hashlib
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final

import uvloop
from nautilus_trader.common.actor import Actor
from nautilus_trader.config import LiveDataClientConfig, LiveExecClientConfig
from nautilus_trader.execution.algorithm import ExecAlgorithm
from nautilus_trader.live.factories import LiveDataClientFactory, LiveExecClientFactory
from nautilus_trader.trading.strategy import Strategy

from reconciliation.collector import loading
from reconciliation.engine.builder import NodeBuilder
from reconciliation.engine.probe import Probe
from reconciliation.engine.v1.adapters.lookup import (
    add_settings_clients,
    factory_with_guards,
    guarded_factory,
    probe_of,
    stock_clients,
    traits_of,
)
from reconciliation.engine.v1.assemble import assemble
from reconciliation.engine.v1.emit import cache_config, exec_engine_config, trading_node_config
from reconciliation.engine.v1.fields import FIELDS
from reconciliation.engine.v1.importable import parts_of
from reconciliation.engine.v1.reasons import reason_of
from reconciliation.rules.client import ClientTraits

if TYPE_CHECKING:
    from reconciliation.engine.simulation import SimulatedVenue, Simulation
    from reconciliation.engine.v1.as_settings import settings_of_engine
    from reconciliation.engine.v1.books import books, hear_changes, stored_events
    from reconciliation.engine.v1.cache_client import cache_refusal
    from reconciliation.engine.v1.handwritten import subject_of_engine
    from reconciliation.engine.v1.inert import no_nodes
    from reconciliation.engine.v1.replay import loaded
    from reconciliation.engine.v1.stored_orders import own_claims, reowned, stored_order

__all__ = [
    "FIELDS",
    "account_names",
    "add_settings_clients",
    "assemble",
    "books",
    "cache_config",
    "cache_refusal",
    "client_traits",
    "exec_engine_config",
    "guard_clients",
    "guarded_factory",
    "hear_changes",
    "loaded",
    "new_event_loop",
    "no_nodes",
    "own_claims",
    "parts_of",
    "probes",
    "reason_of",
    "reowned",
    "settings_of_engine",
    "simulation",
    "stock_clients",
    "stored_events",
    "stored_order",
    "subject_of_engine",
    "trading_node_config",
    "unfit",
]

_HOMES: Final = {
    "books": "books",
    "cache_refusal": "cache_client",
    "hear_changes": "books",
    "loaded": "replay",
    "no_nodes": "inert",
    "own_claims": "stored_orders",
    "reowned": "stored_orders",
    "settings_of_engine": "as_settings",
    "stored_events": "books",
    "stored_order": "stored_orders",
    "subject_of_engine": "handwritten",
}
"""What no boot uses, and where it is; it loads with its first use."""


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with loading():
        found = globals()[name] = getattr(import_module(f"reconciliation.engine.v1.{_HOMES[name]}"), name)
    return found


def client_traits(builder: NodeBuilder) -> tuple[ClientTraits, ...]:
    """Return what rules know of the execution clients in a builder."""
    return tuple(traits_of(name, spec.config, guarded=spec.is_guarded) for name, spec in builder.exec_clients.items())


def account_names(builder: NodeBuilder) -> tuple[str, ...]:
    """Return a name for each account that the execution clients in a builder trade, as far as it can be known.

    An API key that the adapter takes from its own variable is not seen.
    """
    traits = zip(client_traits(builder), builder.exec_clients.values(), strict=True)
    keyed = ((str(known.venue), spec.config, getattr(spec.config, "api_key", None)) for known, spec in traits)
    return tuple(f"{venue}:{_digest(config, key)}" for venue, config, key in keyed if isinstance(key, str) and key)


def _digest(config: object, key: str) -> str:
    """Return what tells accounts apart: one key may trade a venue's spot and its futures account, which are two."""
    told = f"recon account {getattr(config, 'account_type', None)} {key}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def guard_clients(builder: NodeBuilder, *, read_only: bool) -> None:
    """Give the stock clients in a builder the guards of the settings, where their adapter is known.

    A factory of a user's own is left alone.

    Args:
        builder: what was collected.
        read_only: no client whose adapter is known opens a user stream, those that were guarded already included.
    """
    guards = builder.settings.node.guards
    for name, spec in builder.exec_clients.items():
        if read_only or not spec.is_guarded:
            builder.exec_clients[name] = factory_with_guards(spec, guards, read_only=read_only)


def probes(builder: NodeBuilder) -> Mapping[str, Probe | None]:
    """Return who asks the venue of each execution client in a builder; None where nobody here can."""
    return {name: probe_of(name, spec.config) for name, spec in builder.exec_clients.items()}


def unfit(builder: NodeBuilder) -> Iterator[str]:
    """Yield what was added to a builder that the engine cannot build, in words."""
    kinds = (
        ("data", builder.data_clients, LiveDataClientConfig, LiveDataClientFactory),
        ("execution", builder.exec_clients, LiveExecClientConfig, LiveExecClientFactory),
    )
    for kind, clients, config, factory in kinds:
        for name, spec in clients.items():
            if not isinstance(spec.config, config):
                yield f"the {kind} client {name} was given {type(spec.config).__name__}, not {config.__name__}"
            if not (isinstance(spec.factory, type) and issubclass(spec.factory, factory)):
                yield f"the {kind} client {name} was given {spec.factory!r}, not a class of {factory.__name__}"
    parts = (
        ("a strategy", builder.strategies, Strategy),
        ("an actor", builder.actors, Actor),
        ("an execution algorithm", builder.exec_algorithms, ExecAlgorithm),
    )
    for what, added, wanted in parts:
        yield from (f"{each!r} was added as {what}, and is none" for each in added if not isinstance(each, wanted))


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Return a new event loop of the kind the engine itself would make, and make it the thread's own."""
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    return loop


def simulation(venue: "SimulatedVenue", *, start_ns: int, seed: int) -> "Simulation":
    """Return virtual time with a venue in it."""
    from reconciliation.engine.v1.simulated.world import World  # noqa: PLC0415 - only drills need it

    return World(venue, start_ns, seed)
