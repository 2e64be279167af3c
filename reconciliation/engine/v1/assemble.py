"""From what a builder collected to a `TradingNode` with guards, claims, time limit and observation installed."""

import asyncio
import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from threading import Lock
from typing import Any, Final

from nautilus_trader.common.component import sync_logger_to_disk
from nautilus_trader.live.node import TradingNode
from nautilus_trader.system.kernel import NautilusKernel

from reconciliation.engine.builder import NodeBuilder
from reconciliation.engine.counts import Counts
from reconciliation.engine.lifecycle import Event, ExposureDenied, Lifecycle, Started, Verified
from reconciliation.engine.report import ReconciliationReport
from reconciliation.engine.v1 import emit
from reconciliation.engine.v1.accelerations.install import database_client, while_it_loads
from reconciliation.engine.v1.accelerations.install import install as accelerate
from reconciliation.engine.v1.adapters.lookup import client_of, weight_read
from reconciliation.engine.v1.closed_trades import ClosedTrades
from reconciliation.engine.v1.config_copy import secrets_masked
from reconciliation.engine.v1.gate import Gate
from reconciliation.engine.v1.guards.install import install
from reconciliation.engine.v1.recorder import Recorder, recorded
from reconciliation.engine.v1.start import claims
from reconciliation.engine.v1.start.loading import load_told
from reconciliation.engine.v1.start.start import Start
from reconciliation.engine.v1.watch import Watch
from reconciliation.engine.v1.writes import EngineWrites
from reconciliation.rules.subject import Observed

_one_at_a_time: Final = Lock()


class AssembledNode:
    """A built `TradingNode` and the hooks that watch its start.

    Args:
        trading_node: the engine's own.
        start: its hooks.
        watch: what counts in it; None where it is read only.
        gate: before its risk engine; None where it is read only.
        writes: what it has written; None where it is read only.
        database: through which it writes; None where its cache has none.
    """

    def __init__(
        self,
        trading_node: TradingNode,
        start: Start,
        watch: Watch | None,
        gate: Gate | None,
        writes: EngineWrites | None,
        database: Recorder | None,
    ) -> None:
        self.trading_node = trading_node
        self.gate = gate
        self.writes = writes
        self._start = start
        self._watch = watch
        self._database = database

    @property
    def started(self) -> asyncio.Event:
        """Set once the trader runs."""
        return self._start.started

    @property
    def failed(self) -> bool:
        """Whether the start has failed; the node stops, or has stopped."""
        return self._start.failed

    @property
    def is_idle(self) -> bool:
        """Whether its trader does not run though it was started and nobody stops it."""
        kernel = self.trading_node.kernel
        return self._start.started.is_set() and not kernel.trader.is_running and not kernel._is_stopping

    @property
    def report(self) -> ReconciliationReport | None:
        """The outcome of startup reconciliation; None when it did not come to one."""
        return self._start.report

    def observed(self) -> Observed:
        """Return the facts that rules judge by, as the account shows them now."""
        return self._start.observed()

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that its clients trade."""
        clients = self.trading_node.kernel.exec_engine._clients.values()
        return tuple(sorted(str(client.account_id) for client in clients if client.account_id is not None))

    def counts(self) -> Counts:
        """Return what it counts now; nothing where it is not watched."""
        return Counts() if self._watch is None else self._watch.counts()

    async def run(self) -> None:
        """Start, and run until the engine ends.

        Raises:
            NodeNotStartedError: the start failed; the node has been stopped.
        """
        await self.trading_node.run_async()

    async def stop(self) -> None:
        """Stop the trader, disconnect the clients, stop the engines."""
        await self.trading_node.stop_async()

    def fence(self, may: Callable[[], bool]) -> None:
        """Let no command, no event and no data through any more once it may not; before it runs."""
        kernel = self.trading_node.kernel
        for engine, names in (
            (kernel.exec_engine, ("_handle_event", "_execute_command")),
            (kernel.risk_engine, ("_execute_command",)),
            (kernel.data_engine, ("_handle_data",)),
        ):
            for name in names:
                setattr(engine, name, _fenced(getattr(engine, name), may))

    async def halt(self) -> None:
        """Send nothing to the venue and write nothing any more, at once, and leave; no strategy is asked to stop.

        The queues of the engines end here; orders that wait in them are not sent.
        """
        kernel = self.trading_node.kernel
        kernel._cancel_timers()
        if self._database is not None:
            self._database.leave()
        for engine in (kernel.risk_engine, kernel.exec_engine, kernel.data_engine):
            engine.kill()
        kernel._disconnect_clients()
        await kernel._await_engines_disconnected()
        # What was not stopped cannot be disposed of: `dispose` would wait for it, and log errors.
        kernel._is_running = False
        kernel.trader.dispose = lambda: None

    async def leave_venues(self) -> None:
        """Disconnect properly where a stop failed half-way."""
        kernel = self.trading_node.kernel
        kernel._disconnect_clients()
        await kernel._await_engines_disconnected()
        kernel._stop_engines()

    def dispose(self) -> None:
        """Free what the engine holds: its event loop too, unless it runs, and so is somebody else's."""
        _dispose(self.trading_node)
        gc.unfreeze()  # what was set aside while it started is garbage now like any other


def _fenced(handle: Callable[[Any], None], may: Callable[[], bool]) -> Callable[[Any], None]:
    def fenced(message: Any) -> None:
        if may():
            handle(message)

    return fenced


def _dispose(node: TradingNode) -> None:
    kernel = node.kernel
    if not kernel.loop.is_running():
        node.dispose()
        sync_logger_to_disk()  # a thread writes the log, to descriptors too; this waits for it
        return
    # Upstream's own would stop the loop, and cancel whatever else runs on it.
    kernel.dispose()
    if kernel.executor:
        kernel.executor.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _signals_left_alone() -> Iterator[None]:
    """Keep the kernel from taking stop signals for itself while it is constructed.

    A signal that comes between its handlers and ours would be lost, or end the process at once; it puts them on the
    loop, and the default one in place of SIGINT's.
    """
    with _one_at_a_time:
        take = NautilusKernel._setup_loop
        NautilusKernel._setup_loop = lambda _: None
        try:
            yield
        finally:
            NautilusKernel._setup_loop = take


def assemble(
    builder: NodeBuilder, lifecycle: Lifecycle, *, loop: asyncio.AbstractEventLoop, read_only: bool
) -> AssembledNode:
    """Build a node that has not run yet.

    Args:
        builder: what it is made of; judged already.
        lifecycle: told what happens to it.
        loop: the event loop it will run on; stop signals are for whoever runs it to hear.
        read_only: the node will not trade.

    Raises:
        ClaimError: two strategies claim one instrument.
        CacheUrlMissingError: the settings name no cache.
    """
    settings = builder.settings
    config = emit.trading_node_config(
        settings,
        {name: spec.config for name, spec in builder.data_clients.items()},
        {name: spec.config for name, spec in builder.exec_clients.items()},
        log_colors=sys.stdout.isatty() and "NO_COLOR" not in os.environ,
        read_only=read_only,
    )
    names, url = settings.node.accelerate, settings.cache.url
    client_of = partial(database_client, names=names, url=None if url is None else url.get_secret_value())
    with (
        _signals_left_alone(),
        secrets_masked(),
        load_told(lifecycle) as progress,
        recorded(lambda make, arguments: progress.before(client_of(make, arguments))) as clients,
        while_it_loads(names, lambda: clients[-1]),
    ):
        node = TradingNode(config, loop=loop)
    if clients and "batched_writes" in names:
        lifecycle.observe(partial(_settle, clients[-1]))
    try:
        writes = None if read_only else EngineWrites(node.cache, clients[-1])
        built = _built(node, builder, lifecycle, read_only=read_only)
        return AssembledNode(node, *built, writes, clients[-1] if clients else None)
    except BaseException:
        _dispose(node)
        gc.unfreeze()
        raise


def _settle(database: Recorder, event: Event) -> None:
    """Let each write go out at once again when history is in."""
    if isinstance(event, Verified | Started):
        database.write_at_once()


def _built(
    node: TradingNode, builder: NodeBuilder, lifecycle: Lifecycle, *, read_only: bool
) -> tuple[Start, Watch | None, Gate | None]:
    """Build a node's clients and add the rest to it; return the hooks on its start, its watch and its gate."""
    settings = builder.settings
    for name, spec in builder.data_clients.items():
        node.add_data_client_factory(name, spec.factory)
    for name, spec in builder.exec_clients.items():
        node.add_exec_client_factory(name, spec.factory)
    with nullcontext() if read_only else weight_read():
        node.build()
    for strategy in builder.strategies:
        node.trader.add_strategy(strategy)
    if read_only:
        # What a strategy is added for here is that the engine knows what it claims; none may start or stop.
        for strategy_id in node.trader.strategy_ids():
            node.trader.remove_strategy(strategy_id)
    else:
        for actor in builder.actors:
            node.trader.add_actor(actor)
        for algorithm in builder.exec_algorithms:
            node.trader.add_exec_algorithm(algorithm)
    clients = [client_of(client) for client in node.kernel.exec_engine._clients.values()]
    for client in clients:
        client.report_to(lifecycle)
    accelerate(node.kernel.exec_engine, clients, settings.node.accelerate)
    trades = install(
        node,
        clients,
        settings.node.guards,
        tolerated_secs=settings.node.tolerated_outage_secs,
        report_secs=settings.node.timeout_report,
        lifecycle=lifecycle,
    )
    watch = gate = None
    if not read_only:
        ClosedTrades(node.kernel.portfolio.analyzer)
        watch = Watch(node.kernel.exec_engine, clients, lifecycle, lambda: trades.behind if trades else 0)
        gate = Gate(
            node.kernel.risk_engine,
            node.kernel.exec_engine,
            is_hedging=settings.node.position_mode == "hedging",
            denied=lambda key, reason: lifecycle.emit(ExposureDenied(key, reason)),
        )
    claims.register_explicit(node.kernel.exec_engine, settings.claims)
    return Start(node, settings, clients, lifecycle), watch, gate
