"""Watching a node start: claims before reconciliation, a time limit on it, a second look after, never a zombie.

The engine alone enforces no reconciliation timeout, says RUNNING and sets its startup event after a failed
reconciliation, and goes on without a trader. Success is taken from the return value of `reconcile_execution_state`
and from the venue, and a start that failed is stopped and raised.
"""

import asyncio
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal

from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.identifiers import InstrumentId

from reconciliation.engine.v1 import agreement, claims
from reconciliation.engine.v1.ledger import FillRecorder, Snapshot, snapshot
from reconciliation.engine.v1.reasons import reason_of
from reconciliation.engine.v1.report import ReconciliationReport, new_fills
from reconciliation.rules.subject import Observed
from reconciliation.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nautilus_trader.live.execution_client import LiveExecutionClient

Stage = Literal["connection", "settings", "claims", "reconciliation", "portfolio", "strategies"]

# Fills and orders that come over the stream while the two sides are read make them differ for a moment.
SECOND_LOOKS: Final = 4
_MINUTE_NS: Final = 60_000_000_000
SECOND_LOOK_PAUSE_SECS: Final = 0.25


class NodeNotStartedError(Exception):
    """A node did not start; it has been stopped."""

    def __init__(self, stage: Stage, reason: str) -> None:
        self.stage: Stage = stage
        self.reason = reason
        super().__init__(f"the node did not start ({stage}): {reason}")


@dataclass(frozen=True, slots=True)
class ClaimAll:
    """What a claim on everything came to."""

    strategy_id: str
    instruments: int


class Startup:
    """Hooks on one node that watch its start.

    Args:
        node: a built node that has not run yet.
        settings: the settings it was built from.
    """

    def __init__(self, node: TradingNode, settings: Settings) -> None:
        self._settings = settings
        self._kernel = node.kernel
        self._engine = node.kernel.exec_engine
        self._clients: list[LiveExecutionClient] = list(self._engine._clients.values())
        self._recorder = FillRecorder(node.kernel.msgbus, self._clients)
        self._refused: asyncio.Future[str] | None = None
        self._failure: NodeNotStartedError | None = None
        self.on_claim_all: Callable[[ClaimAll], None] = lambda _: None
        """Called when a claim on everything was resolved."""
        self.on_report: Callable[[ReconciliationReport], None] = lambda _: None
        """Called with the outcome of startup reconciliation, good or bad."""
        self.started = asyncio.Event()
        """Set once the trader runs."""
        self.report: ReconciliationReport | None = None
        self._log_exception: Callable[[str, Exception], None] = node.kernel.logger.exception
        self._hook()

    def _hook(self) -> None:
        data_clients = self._kernel.data_engine._clients.values()
        for client in (*self._clients, *data_clients):
            self._watch_connect(client)
        self._start_async = self._kernel.start_async
        self._await_connected = self._kernel._await_engines_connected
        self._reconcile = self._engine.reconcile_execution_state
        self._await_portfolio = self._kernel._await_portfolio_initialization
        self._kernel.start_async = self._started_or_stopped
        self._kernel._await_engines_connected = self._connected_and_claimed
        self._kernel._await_portfolio_initialization = self._portfolio_ready
        self._engine.reconcile_execution_state = self._reconciled

    # -- Connection --------------------------------------------------------------------------------

    def _watch_connect(self, client: Any) -> None:
        connect = client._connect

        async def watched() -> None:
            try:
                await connect()
            except Exception as error:
                if self._refused is not None and not self._refused.done():
                    self._refused.set_result(f"{client.id}: {reason_of(error)}")
                raise

        client._connect = watched

    async def _connected_and_claimed(self) -> bool:
        """Await connections, but no longer than the first refusal; then resolve a claim on everything."""
        self._refused = asyncio.get_running_loop().create_future()
        connecting = asyncio.ensure_future(self._await_connected())
        try:
            await asyncio.wait({connecting, self._refused}, return_when=asyncio.FIRST_COMPLETED)
            if self._refused.done():
                self._fail("connection", self._refused.result())
                return False
            if not await connecting:
                limit = self._settings.node.timeout_connection
                self._fail("connection", f"not every client connected within {limit:g} s")
                return False
        finally:
            connecting.cancel()
        for wrong in (self._wrong_position_mode(), self._unloaded_claim()):
            if wrong is not None:
                self._fail("settings", wrong)
                return False
        try:
            self._resolve_claim_all()
        except claims.ClaimError as error:
            self._fail("claims", str(error))
            return False
        return not self._is_stopping()

    def _wrong_position_mode(self) -> str | None:
        """Return what is wrong when the account keeps positions in another way than the settings say."""
        wanted = self._settings.node.position_mode
        for client in self._clients:
            hedging = getattr(client, "_is_dual_side_position", None)  # known to Binance futures clients
            if hedging is not None and bool(hedging) != (wanted == "hedging"):
                found = "hedging" if hedging else "netting"
                return (
                    f"{client.id} keeps positions in {found} mode and node.position_mode says {wanted};"
                    f" set RECON_NODE_POSITION_MODE={found}, or change the account"
                )
        return None

    def _unloaded_claim(self) -> str | None:
        """Return which claim names an instrument that is not loaded; the engine passes over it and succeeds."""
        if "E19" in self._settings.node.accept:
            return None
        loaded = {str(instrument_id) for instrument_id in self._loaded()}
        for strategy_id, claim in self._settings.claims.items():
            for instrument in claim.instrument_ids:
                if instrument not in loaded:
                    return (
                        f"E19: {strategy_id} claims {instrument}, and no client has loaded it;"
                        f" load it, correct claims.{strategy_id}.instrument_ids, or accept E19"
                    )
        return None

    def _loaded(self) -> "Iterator[InstrumentId]":
        for client in self._clients:
            yield from (instrument.id for instrument in client._instrument_provider.list_all())

    def _is_stopping(self) -> bool:
        """Whether the kernel was told to stop while it starts; it would go on and start the trader all the same."""
        return bool(self._kernel._is_stopping) or not self._kernel.is_running()

    async def _portfolio_ready(self) -> bool:
        return bool(await self._await_portfolio()) and not self._is_stopping()

    def _resolve_claim_all(self) -> None:
        resolved = claims.resolve_claim_all(self._engine, self._settings.claims, self._loaded())
        if resolved is not None:
            self.on_claim_all(ClaimAll(*resolved))

    # -- Reconciliation ----------------------------------------------------------------------------

    async def _reconciled(self, timeout_secs: float) -> bool:
        """Reconcile within the time limit, then look a second time."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        before = snapshot(self._kernel.cache)
        reason = ""
        try:
            async with asyncio.timeout(timeout_secs):
                if await self._reconcile(timeout_secs=timeout_secs):
                    report = await self._second_look(before, timeout_secs)
                else:
                    reason = self._report_failure() or "the engine could not reconcile; its log says why"
        except TimeoutError:
            reason = f"not done within timeout_reconciliation ({timeout_secs:g} s)"
        except Exception as error:  # noqa: BLE001 - an adapter may raise anything; none of it may pass for success
            reason = f"the venue could not be asked a second time: {reason_of(error)}"
        if reason:
            report = self._report(before, None, (), reason)
        if self._is_stopping():
            return False
        self._recorder.stop()
        self.report = replace(report, duration_secs=loop.time() - begun)
        self.on_report(self.report)
        if not self.report.reconciled:
            self._fail("reconciliation", self.report.reason)
        return self.report.reconciled

    def _report_failure(self) -> str:
        """Return why a client refused its mass status, if one did."""
        told = (getattr(client, "report_failure", "") for client in self._clients)
        return next(filter(None, told), "")

    async def _second_look(self, before: Snapshot, timeout_secs: float) -> ReconciliationReport:
        """Compare until venue and node agree, or differ in the same way twice in a row.

        An account that is traded while it is read differs for moments; what lasts is what counts. Between two looks
        the engine reconciles once more, for what no stream brings.
        """
        report = await self._compare(before, lasting=None)
        for _ in range(SECOND_LOOKS - 1):
            if report.reconciled:
                break
            offsets = frozenset(difference.offset for difference in report.differences)
            await asyncio.sleep(SECOND_LOOK_PAUSE_SECS)
            await self._reconcile(timeout_secs=timeout_secs)
            report = await self._compare(before, lasting=offsets)
        return report

    async def _compare(
        self, before: Snapshot, lasting: frozenset[tuple[str, str, Decimal | str]] | None
    ) -> ReconciliationReport:
        cache = self._kernel.cache
        venue_orders: dict[str, str] = {}
        venue_positions: dict[str, Any] = {}
        found: list[agreement.Difference] = []
        for client in self._clients:
            if not agreement.can_look(client):
                continue
            held = await agreement.venue_holdings(client)
            node = agreement.node_holdings(cache, client)
            owned = {order.client_order_id.value for order in cache.orders()} | {
                str(instrument_id) for instrument_id in self._engine.get_external_order_claims_instruments()
            }
            found += agreement.differences(held, node, self._settings.reconciliation, owned)
            venue_orders |= held.open_orders
            venue_positions |= held.positions
        if lasting is not None:
            found = [difference for difference in found if difference.offset in lasting]
        reason = ""
        if found:
            more = f" and {len(found) - 1} more" if len(found) > 1 else ""
            reason = f"venue and node differ: {found[0]}{more}{self._not_loaded(found[0])}"
        return self._report(before, agreement.Holdings(venue_orders, venue_positions), tuple(found), reason)

    def _not_loaded(self, difference: agreement.Difference) -> str:
        """Say so when no client has loaded the instrument: the engine then skips all reports of it in silence."""
        instrument = difference.key if difference.kind == "position" else difference.venue
        if instrument is None or self._kernel.cache.instrument(InstrumentId.from_str(instrument)) is not None:
            return ""
        return f" ({instrument} is not loaded: load it, or leave it out with RECON_INSTRUMENT_IDS)"

    def _report(
        self,
        before: Snapshot,
        venue: agreement.Holdings | None,
        found: tuple[agreement.Difference, ...],
        reason: str,
    ) -> ReconciliationReport:
        cache = self._kernel.cache
        after = snapshot(cache)
        recovered, inferred = new_fills(before, after, self._recorder)
        node_positions: dict[str, Any] = {}
        for client in self._clients:
            node_positions |= agreement.node_holdings(cache, client).positions
        return ReconciliationReport(
            reconciled=not reason,
            reason=reason,
            duration_secs=0.0,
            venue=venue,
            node_positions=node_positions,
            differences=found,
            before=before,
            after=after,
            recovered=recovered,
            inferred=inferred,
            unverified_clients=tuple(str(c.id) for c in self._clients if not agreement.can_look(c)),
        )

    def observed(self) -> Observed:
        """Return the facts that rules judge by, as the account shows them now."""
        cache = self._kernel.cache
        resting = cache.orders_open()
        held = {position.instrument_id for position in cache.positions_open()}
        accepted = [order.ts_accepted for order in resting if order.ts_accepted]
        oldest_ns = self._kernel.clock.timestamp_ns() - min(accepted, default=self._kernel.clock.timestamp_ns())
        return Observed(
            symbols=len(held | {order.instrument_id for order in resting}) or None,
            oldest_resting_mins=max(0, oldest_ns) // _MINUTE_NS or None,
        )

    async def disconnect(self) -> None:
        """Leave the venue properly when stopping failed half-way."""
        self._kernel._disconnect_clients()
        await self._kernel._await_engines_disconnected()
        self._kernel._stop_engines()

    @property
    def failed(self) -> bool:
        """Whether the start has failed; the node stops, or has stopped."""
        return self._failure is not None

    # -- The end of the start ----------------------------------------------------------------------

    def _fail(self, stage: Stage, reason: str) -> None:
        self._failure = NodeNotStartedError(stage, reason)

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
            self.started.set()
            return
        if self._failure is None and not self._is_stopping():
            limit = self._settings.node.timeout_portfolio
            self._fail("portfolio", f"the portfolio was not initialized within {limit:g} s")
        if self._failure is not None:
            await self._kernel.stop_async()
            raise self._failure
