"""What this generation can do, as the contract of generations names it."""

import asyncio

import uvloop

from reconciliation.engine.builder import NodeBuilder
from reconciliation.engine.v1.adapters.lookup import add_settings_clients, guarded_factory, traits_of
from reconciliation.engine.v1.assemble import assemble
from reconciliation.engine.v1.emit import cache_config, exec_engine_config, trading_node_config
from reconciliation.engine.v1.fields import FIELDS
from reconciliation.engine.v1.handwritten import no_nodes, subject_of_engine
from reconciliation.engine.v1.reasons import reason_of
from reconciliation.rules.client import ClientTraits

__all__ = [
    "FIELDS",
    "add_settings_clients",
    "assemble",
    "cache_config",
    "client_traits",
    "exec_engine_config",
    "guarded_factory",
    "new_event_loop",
    "no_nodes",
    "reason_of",
    "subject_of_engine",
    "trading_node_config",
]


def client_traits(builder: NodeBuilder) -> tuple[ClientTraits, ...]:
    """Return what rules know of the execution clients in a builder."""
    return tuple(traits_of(name, spec.config, guarded=spec.is_guarded) for name, spec in builder.exec_clients.items())


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Return a new event loop of the kind the engine itself would make, and make it the thread's own."""
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    return loop
