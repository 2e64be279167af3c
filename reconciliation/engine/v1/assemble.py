"""From settings to a `TradingNode` with guards, claims, time limit and observation installed."""

import asyncio
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

import uvloop
from nautilus_trader.live.node import TradingNode

from reconciliation.engine.v1 import binance, claims, emit
from reconciliation.engine.v1.builder import NodeBuilder
from reconciliation.engine.v1.guards.client import is_guarded
from reconciliation.engine.v1.guards.install import install
from reconciliation.engine.v1.judge import ruled_client
from reconciliation.engine.v1.startup import Startup
from reconciliation.rules.check import check, refusals
from reconciliation.rules.finding import Finding
from reconciliation.rules.subject import Subject, subject_of
from reconciliation.settings import Settings

Configure = Callable[[NodeBuilder], None]


class NoClientError(Exception):
    """A node was to be built without any execution client."""

    def __init__(self) -> None:
        super().__init__(
            "there is no execution client; set RECON_VENUE_HTTP_URL, RECON_VENUE_STREAM_URL, RECON_VENUE_API_KEY"
            " and RECON_VENUE_API_SECRET, or add a client in the configure function"
        )


class RulesBrokenError(Exception):
    """The configuration breaks rules that nobody accepted.

    Attributes:
        findings: the errors among what was found.
    """

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = findings
        super().__init__("; ".join(f"{found.id}: {found.figure}; {found.hint}" for found in findings))


@dataclass(frozen=True, slots=True)
class Assembled:
    """A built node and the hooks that watch its start."""

    node: TradingNode
    startup: Startup


def collect(settings: Settings, configure: Configure | None = None, *, read_only: bool = False) -> NodeBuilder:
    """Collect what a node is to be made of; nothing of the engine is constructed yet.

    Args:
        settings: they must name a cache, and a venue unless `configure` adds clients.
        configure: receives the builder; adds clients, strategies, actors.
        read_only: the node will not trade; open no user stream on the settings' venue, so that nothing changes.

    Raises:
        NoClientError: no execution client was given.
    """
    builder = NodeBuilder(settings)
    if settings.venue.is_given:
        binance.add_clients(builder, read_only=read_only)
    if configure is not None:
        configure(builder)
    if not builder.exec_clients:
        raise NoClientError
    return builder


def subject(builder: NodeBuilder) -> Subject:
    """Return what rules judge: the settings with the clients that were added."""
    clients = (
        ruled_client(name, client.config, guarded=is_guarded(client.factory))
        for name, client in builder.exec_clients.items()
    )
    return subject_of(builder.settings, tuple(clients))


def assemble(
    builder: NodeBuilder,
    *,
    loop: asyncio.AbstractEventLoop | None = None,
    read_only: bool = False,
) -> Assembled:
    """Build a node that has not run yet.

    Args:
        builder: what it is made of.
        loop: the event loop to run on; the engine takes its own when absent.
        read_only: the node will not trade.

    Raises:
        RulesBrokenError: the configuration breaks rules that `node.accept` does not name.
        ClaimError: two strategies claim one instrument.
        CacheUrlMissingError: the settings name no cache.
    """
    settings = builder.settings
    if broken := refusals(check(subject(builder))):
        raise RulesBrokenError(broken)
    config = emit.trading_node_config(
        settings,
        {name: client.config for name, client in builder.data_clients.items()},
        {name: client.config for name, client in builder.exec_clients.items()},
        log_colors=sys.stdout.isatty() and "NO_COLOR" not in os.environ,
        trades=not read_only,
    )
    node = TradingNode(config, loop=loop)
    for name, client in builder.data_clients.items():
        node.add_data_client_factory(name, client.factory)
    for name, client in builder.exec_clients.items():
        node.add_exec_client_factory(name, client.factory)
    node.build()
    for actor in builder.actors:
        node.trader.add_actor(actor)
    for strategy in builder.strategies:
        node.trader.add_strategy(strategy)
    install(
        node,
        settings.node.guards,
        tolerated_secs=settings.node.tolerated_outage_secs,
        report_secs=settings.node.timeout_report,
    )
    claims.register_explicit(node.kernel.exec_engine, settings.claims)
    return Assembled(node, Startup(node, settings))


def new_event_loop() -> asyncio.AbstractEventLoop:
    """Return a new event loop of the kind the engine itself would make."""
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    return loop
