"""What this generation can do, as the contract of generations names it."""

import asyncio
from collections.abc import Iterator

import uvloop
from nautilus_trader.common.actor import Actor
from nautilus_trader.config import LiveDataClientConfig, LiveExecClientConfig
from nautilus_trader.live.factories import LiveDataClientFactory, LiveExecClientFactory
from nautilus_trader.trading.strategy import Strategy

from reconciliation.engine.builder import NodeBuilder
from reconciliation.engine.simulation import SimulatedVenue, Simulation
from reconciliation.engine.v1.adapters.lookup import add_settings_clients, guarded_factory, traits_of
from reconciliation.engine.v1.assemble import assemble
from reconciliation.engine.v1.books import books, hear_changes, stored_events
from reconciliation.engine.v1.emit import cache_config, exec_engine_config, trading_node_config
from reconciliation.engine.v1.fields import FIELDS
from reconciliation.engine.v1.handwritten import no_nodes, subject_of_engine
from reconciliation.engine.v1.reasons import reason_of
from reconciliation.rules.client import ClientTraits

__all__ = [
    "FIELDS",
    "add_settings_clients",
    "assemble",
    "books",
    "cache_config",
    "client_traits",
    "exec_engine_config",
    "guarded_factory",
    "hear_changes",
    "new_event_loop",
    "no_nodes",
    "reason_of",
    "simulation",
    "stored_events",
    "subject_of_engine",
    "trading_node_config",
    "unfit",
]


def client_traits(builder: NodeBuilder) -> tuple[ClientTraits, ...]:
    """Return what rules know of the execution clients in a builder."""
    return tuple(traits_of(name, spec.config, guarded=spec.is_guarded) for name, spec in builder.exec_clients.items())


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
    for strategy in builder.strategies:
        if not isinstance(strategy, Strategy):
            yield f"{strategy!r} was added as a strategy, and is none"
    for actor in builder.actors:
        if not isinstance(actor, Actor):
            yield f"{actor!r} was added as an actor, and is none"


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Return a new event loop of the kind the engine itself would make, and make it the thread's own."""
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    return loop


def simulation(venue: SimulatedVenue, *, start_ns: int, seed: int) -> Simulation:
    """Return virtual time with a venue in it."""
    from reconciliation.engine.v1.simulated.world import World  # noqa: PLC0415 - only drills need it

    return World(venue, start_ns, seed)
