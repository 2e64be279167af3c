"""The start of one node, stage by stage, and what its end waits for: its hooks on the engine's kernel.

The engine alone enforces no reconciliation timeout, says RUNNING and sets its startup event after a failed
reconciliation, and goes on without a trader. A start that failed is stopped here, and raised.
"""

import asyncio
from typing import TYPE_CHECKING, Final

from nautilus_trader.live.node import TradingNode

from reconciliation.engine.errors import ClaimError, NodeNotStartedError
from reconciliation.engine.lifecycle import Connected, Lifecycle, Stage, StopWaits, Verified
from reconciliation.engine.v1.adapters.stock.client import StockClient
from reconciliation.engine.v1.reasons import reason_of
from reconciliation.engine.v1.start import claims
from reconciliation.engine.v1.start.connect import Connections, contradictions
from reconciliation.engine.v1.start.progress import Progress
from reconciliation.engine.v1.start.reconcile import reconciled_and_verified
from reconciliation.engine.v1.start.recording import FillRecorder
from reconciliation.engine.v1.start.verify import Verification
from reconciliation.rules.subject import Observed
from reconciliation.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciliation.engine.report import ReconciliationReport

_MINUTE_NS: Final = 60_000_000_000
TOLD_FROM_SECS: Final = 1.0
"""A shorter wait at the end is not told."""


class Start:
    """Watches one node start.

    Args:
        node: a built node that has not run yet.
        settings: the settings it was built from.
        clients: its execution clients.
        lifecycle: told of each stage.
    """

    def __init__(self, node: TradingNode, settings: Settings, clients: list[StockClient], lifecycle: Lifecycle) -> None:
        self._settings = settings
        self._kernel = kernel = node.kernel
        self._engine = engine = kernel.exec_engine
        self._clients = clients
        self._lifecycle = lifecycle
        self._failure: NodeNotStartedError | None = None
        self.started = asyncio.Event()
        """Set once the trader runs."""
        self.report: ReconciliationReport | None = None
        self._connections = Connections([*engine._clients.values(), *kernel.data_engine._clients.values()])
        self._recorder = FillRecorder(kernel.msgbus, [client.engine_client for client in clients])
        self._verification = Verification(settings, engine, clients, self._recorder)
        self._progress = Progress(engine, clients, lifecycle)
        self._log_exception: Callable[[str, Exception], None] = kernel.logger.exception
        self._start_async = kernel.start_async
        self._await_connected = kernel._await_engines_connected
        self._reconcile = engine.reconcile_execution_state
        self._await_portfolio = kernel._await_portfolio_initialization
        self._await_residuals = kernel._await_trader_residuals
        self._await_disconnected = kernel._await_engines_disconnected
        kernel._await_trader_residuals = self._residuals_awaited
        kernel._await_engines_disconnected = self._disconnected
        kernel.start_async = self._started_or_stopped
        kernel._await_engines_connected = self._connected_and_claimed
        kernel._await_portfolio_initialization = self._portfolio_ready
        engine.reconcile_execution_state = self._reconciled

    @property
    def failed(self) -> bool:
        """Whether the start has failed; the node stops, or has stopped."""
        return self._failure is not None

    def observed(self) -> Observed:
        """Return the facts that rules judge by, as the account shows them now."""
        cache, now_ns = self._kernel.cache, self._kernel.clock.timestamp_ns()
        resting = cache.orders_open()
        held = {position.instrument_id for position in cache.positions_open()}
        oldest_ns = min((order.ts_accepted for order in resting if order.ts_accepted), default=now_ns)
        return Observed(
            symbols=len(held | {order.instrument_id for order in resting}) or None,
            oldest_resting_mins=max(0, now_ns - oldest_ns) // _MINUTE_NS or None,
        )

    # -- The stages --------------------------------------------------------------------------------

    async def _connected_and_claimed(self) -> bool:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        failure = await self._connections.failure(self._await_connected, self._settings.node.timeout_connection)
        if failure:
            return self._fail("connection", failure)
        self._lifecycle.emit(Connected(tuple(client.name for client in self._clients), loop.time() - begun))
        loaded = self._loaded()
        if found := list(contradictions(self._settings, self._clients, loaded)):
            return self._fail("settings", "; ".join(found))
        try:
            claimed = claims.resolve_claim_all(self._engine, self._settings.claims, loaded)
        except ClaimError as error:
            return self._fail("claims", str(error))
        if claimed is not None:
            self._lifecycle.emit(claimed)
        for stranded in claims.cached_external(self._engine):
            self._lifecycle.emit(stranded)
        return not self._is_stopping()

    def _loaded(self) -> set[str]:
        """Return the ids of all loaded instruments: the cache's, which reconciliation goes by, and the clients' own.

        What a data client has loaded reaches the cache through a queue, and may be on its way.
        """
        cached = {str(instrument.id) for instrument in self._kernel.cache.instruments()}
        return cached.union(*(client.loaded_instruments() for client in self._clients))

    async def _reconciled(self, timeout_secs: float) -> bool:
        report = await reconciled_and_verified(
            lambda: self._reconcile(timeout_secs=timeout_secs),
            self._verification,
            self._clients,
            self._kernel.cache,
            timeout_secs=timeout_secs,
            progress=self._progress,
            lifecycle=self._lifecycle,
        )
        if self._is_stopping():
            return False
        self._recorder.stop()
        self.report = report
        self._lifecycle.emit(Verified(report))
        return report.reconciled or self._fail("reconciliation", report.reason)

    async def _portfolio_ready(self) -> bool:
        return bool(await self._await_portfolio()) and not self._is_stopping()

    def _is_stopping(self) -> bool:
        """Whether the kernel was told to stop while it starts; it would go on and start the trader all the same."""
        return bool(self._kernel._is_stopping) or not self._kernel.is_running()

    def _fail(self, stage: Stage, reason: str) -> bool:
        self._failure = NodeNotStartedError(stage, reason)
        return False

    async def _started_or_stopped(self) -> None:
        """Start the kernel; when its trader does not run afterwards, stop it and raise.

        Raises:
            NodeNotStartedError: naming the stage and the reason.
        """
        try:
            await self._start_async()
        except Exception as error:  # noqa: BLE001 - user code may raise anything, and must not leave a zombie
            self._fail("strategies", f"the code of a strategy or actor failed at start: {reason_of(error)}")
            self._log_exception("Error at start", error)
        if self._failure is None and self._kernel.trader.is_running:
            self._recorder.stop()  # with reconciliation off nothing else did
            self.started.set()
            return
        if self._failure is None and not self._is_stopping():
            limit = self._settings.node.timeout_portfolio
            self._fail("portfolio", f"the portfolio was not initialized within {limit:g} s")
        if self._failure is not None:
            await self._kernel.stop_async()
            raise self._failure

    # -- The end -----------------------------------------------------------------------------------

    async def _residuals_awaited(self) -> None:
        self._tell_wait("what the venue still has to tell", self._kernel._config.timeout_post_stop)
        await self._await_residuals()

    async def _disconnected(self) -> None:
        self._tell_wait("the clients to disconnect", self._kernel._config.timeout_disconnection)
        await self._await_disconnected()

    def _tell_wait(self, what: str, secs: float) -> None:
        if secs >= TOLD_FROM_SECS and self._kernel._is_stopping:  # a node that halts awaits nothing for long
            self._lifecycle.emit(StopWaits(what, secs))
