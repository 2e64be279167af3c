"""The trade guard: an order that is behind gets the venue's own trades before anything is inferred, at any venue.

The engine reconciles an order report without trades: what is missing it *infers*, one fill with an id, a price and a
commission of its own, in place of trades that the venue would tell. The real trade, once it comes, is refused or
counted a second time. A report of a cancelled order books nothing at all of what it traded before. All read and
measured with 1.231.0.
"""

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from nautilus_trader.execution.reports import ExecutionMassStatus, FillReport, OrderStatusReport
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.model.events import OrderEvent, OrderFilled
from nautilus_trader.model.identifiers import ClientOrderId, InstrumentId
from nautilus_trader.model.orders import Order

from reconciliation.engine.lifecycle import Lifecycle, QueryFailed
from reconciliation.engine.v1.adapters.stock.client import StockClient
from reconciliation.engine.v1.guards.amendments import Amendments
from reconciliation.engine.v1.guards.heard import Heard
from reconciliation.engine.v1.guards.recent_fills import ask_orders_alone
from reconciliation.engine.v1.guards.revival import is_refuted, revived
from reconciliation.engine.v1.guards.venue_trades import VenueTrades, in_order, is_outdated, lacking, lacks
from reconciliation.engine.v1.reasons import reason_of

if TYPE_CHECKING:
    from collections.abc import Callable

ASKED: Final = 3
"""How often the venue must answer that it has no trade to tell before a fill is inferred."""
PAUSE_SECS: Final = 2.0
"""Between two such answers; what a venue tells of trades lags behind what it tells of orders."""
MARGIN_NS: Final = 5_000_000_000
"""By so much the venue's clock may be behind; what closed earlier than the start was the start's to judge."""


class TradeGuard:
    """Brings orders up to date with the venue's own trades.

    Args:
        engine: the engine whose reconciliation of order reports is wrapped.
        clients: its clients, which are asked for trades.
        tolerated_secs: how long a client that cannot tell an answer from a failure must go on telling of no trade.
        lifecycle: told of queries that failed.
    """

    def __init__(
        self,
        engine: LiveExecutionEngine,
        clients: list[StockClient],
        tolerated_secs: float,
        lifecycle: Lifecycle,
    ) -> None:
        self._engine = engine
        self._venue = VenueTrades(engine, clients)
        self._amendments = Amendments(engine)
        self._heard = Heard()
        self._tolerated_secs = tolerated_secs
        self._lifecycle = lifecycle
        self._tasks: dict[ClientOrderId, asyncio.Task[None]] = {}
        self._latest: dict[ClientOrderId, OrderStatusReport] = {}
        self._inferred: dict[ClientOrderId, Decimal] = {}
        self._takes_as_it_is = False
        self._since_ns = 0
        self._reconcile_order: Callable[..., bool] = engine._reconcile_order_report
        self._reconcile_mass_status: Callable[..., bool] = engine._reconcile_execution_mass_status
        self._handle: Callable[[OrderEvent], None] = engine._handle_event_with_tracking
        engine._reconcile_order_report = self._reconcile_with_trades
        engine._reconcile_execution_mass_status = self._reconcile_whole
        self._reconcile_reports: Callable[..., None] = engine._reconcile_order_reports
        engine._reconcile_order_reports = self._reconcile_also_unknown
        engine._handle_event_with_tracking = self._handle_unless_inferred
        ask_orders_alone(engine)
        for client in clients:
            self._complete_mass_status(client)

    @property
    def behind(self) -> int:
        """How many orders are being brought up to date."""
        return len(self._latest)

    def is_behind(self, instrument_id: InstrumentId) -> bool:
        """Whether an order of an instrument is being brought up to date."""
        return any(report.instrument_id == instrument_id for report in self._latest.values())

    # -- A report of one order -----------------------------------------------------------------------

    def _reconcile_with_trades(
        self,
        report: OrderStatusReport,
        trades: list[FillReport],
        is_external: bool = True,  # noqa: FBT001, FBT002
    ) -> bool:
        """Reconcile a report; one that tells of trades that nobody knows yet has them fetched first."""
        client_order_id = self._engine._resolve_client_order_id(report)
        order = revived(self._engine, self._engine._cache.order(client_order_id), report)
        if is_outdated(order, report):
            return True
        if self._takes_as_it_is or not is_external or not lacks(order, report, trades):
            return bool(self._applied(order, report, trades, is_external=is_external))
        self._latest[client_order_id] = report
        if client_order_id not in self._tasks:
            task = self._engine._loop.create_task(self._bring_up(client_order_id))
            self._tasks[client_order_id] = task
        return True

    async def _bring_up(self, client_order_id: ClientOrderId) -> None:
        try:
            while report := self._latest.get(client_order_id):
                trades = await self._told(client_order_id, report)
                if trades is None:
                    return  # the next check reports it again
                if self._latest.get(client_order_id) is report:
                    del self._latest[client_order_id]
                order = self._engine._cache.order(client_order_id)
                if (left := lacking(order, report, trades)) > 0:
                    self._note_inferred(client_order_id, left)
                self._applied(order, report, trades, is_external=True)
        except Exception as error:  # noqa: BLE001 - a report that cannot be applied ends no task in silence
            self._engine._log.exception(f"{client_order_id!r} could not be brought up to date", error)
        finally:
            self._latest.pop(client_order_id, None)
            self._tasks.pop(client_order_id, None)

    async def _told(self, client_order_id: ClientOrderId, report: OrderStatusReport) -> list[FillReport] | None:
        """Return an order's trades, asked for until they explain the report or there is no more; None failed."""
        client = self._venue.client_of(report)
        if client is None:
            return []
        loop = asyncio.get_running_loop()
        begun = loop.time()
        for asked in range(1, 1_000):
            try:
                trades = await self._venue.of_order(client, report)
            except Exception as error:  # noqa: BLE001 - an adapter may raise anything
                self._lifecycle.emit(QueryFailed(client.name, f"trades of {client_order_id}", reason_of(error)))
                return None
            if not lacks(self._engine._cache.order(client_order_id), report, trades):
                return trades
            lasted = client.answers_absence or loop.time() - begun >= self._tolerated_secs
            if asked >= ASKED and lasted:
                return trades
            await asyncio.sleep(PAUSE_SECS)
        return None

    def _applied(
        self, order: Order | None, report: OrderStatusReport, trades: list[FillReport], *, is_external: bool
    ) -> bool:
        """Apply trades in their order, then the report."""
        if order is not None and trades:
            instrument = self._engine._cache.instrument(order.instrument_id)
            if instrument is not None and order.is_closed:
                for trade in in_order(trades):
                    self._engine._reconcile_fill_report(order, trade, instrument)
        reconciled = bool(self._reconcile_order(report, in_order(trades), is_external))
        self._amendments.end_pending(order, report)
        return reconciled

    # -- Inferred after all --------------------------------------------------------------------------

    def _note_inferred(self, client_order_id: ClientOrderId, quantity: Decimal) -> None:
        self._inferred[client_order_id] = self._inferred.get(client_order_id, Decimal(0)) + quantity
        reason = "the venue tells of no trade for what it has filled; it is inferred"
        self._engine._log.warning(f"{client_order_id!r}: {reason}")

    def _handle_unless_inferred(self, event: OrderEvent) -> None:
        """Handle an event; a trade that was inferred already is not booked a second time."""
        if event.venue_order_id is not None:
            self._heard.note(event.venue_order_id, self._engine._clock.timestamp_ns())
        if isinstance(event, OrderFilled) and not event.reconciliation:
            left = self._inferred.get(event.client_order_id, Decimal(0))
            if left >= event.last_qty.as_decimal() > 0:
                self._inferred[event.client_order_id] = left - event.last_qty.as_decimal()
                self._engine._log.warning(f"{event.trade_id!r} of {event.client_order_id!r} was inferred before")
                return
        self._handle(event)

    # -- A whole mass status -------------------------------------------------------------------------

    def _complete_mass_status(self, client: StockClient) -> None:
        generate = client.engine_client.generate_mass_status

        async def generate_mass_status(lookback_mins: int | None = None) -> ExecutionMassStatus | None:
            status = await generate(lookback_mins)
            if status is not None:
                await self._complete(client, status)
            return status

        client.engine_client.generate_mass_status = generate_mass_status

    async def _complete(self, client: StockClient, status: ExecutionMassStatus) -> None:
        """Add to a mass status the trades that its orders lack; many of one instrument by one question."""
        forgotten = [report for report in status._order_reports.values() if self._is_forgotten(report)]
        # One that the venue holds open is taken in again: it lives there, whatever was believed here.
        for venue_order_id in [report.venue_order_id for report in forgotten if not report.is_open]:
            del status._order_reports[venue_order_id]
            status._fill_reports.pop(venue_order_id, None)
        behind: dict[InstrumentId, list[OrderStatusReport]] = {}
        for report in status._order_reports.values():
            order = self._engine._cache.order(report.client_order_id) if report.client_order_id else None
            if lacks(order, report, status._fill_reports.get(report.venue_order_id, [])):
                behind.setdefault(report.instrument_id, []).append(report)
        for reports in behind.values():
            told = await self._venue.of_orders(client, reports)
            for report in reports:
                if trades := told.get(report.venue_order_id):
                    status._fill_reports[report.venue_order_id] = trades

    def _reconcile_whole(self, status: ExecutionMassStatus) -> bool:
        """Reconcile a mass status as it is: it was completed before, and positions are judged right after it."""
        self._since_ns = self._since_ns or status.ts_init - MARGIN_NS
        reports = list(status._order_reports.values())
        fills = status._fill_reports
        told = ((report, fills.get(report.venue_order_id, ())) for report in reports)
        lacks_of = ((report, lacking(self._order_of(report), report, trades)) for report, trades in told)
        untold = [(report, left) for report, left in lacks_of if left > 0]
        self._takes_as_it_is = True
        try:
            reconciled = bool(self._reconcile_mass_status(status))
        finally:
            self._takes_as_it_is = False
            for report, left in untold:
                order = self._order_of(report)
                if order is not None and not lacks(order, report, ()):
                    self._note_inferred(order.client_order_id, left)
        if reconciled:
            self._note_left_out(reports)
        return reconciled

    def _note_left_out(self, reports: list[OrderStatusReport]) -> None:
        """Remember closed orders of lives that are over, that a reconciliation left out: no check takes them in."""
        for report in reports:
            if not report.is_open and not self._is_known(report):
                self._heard.note(report.venue_order_id, self._engine._clock.timestamp_ns())

    # -- Trades and orders that nobody told of -------------------------------------------------------

    async def bring_up(self, fills: list[FillReport]) -> list[FillReport]:
        """Bring the orders of trades that the cache does not hold up to date, each with all its trades.

        Args:
            fills: of one instrument.

        Returns:
            The trades that the cache does not hold even so; without those from before the start, which was the time to
            bring in history, and whole.

        Raises:
            Exception: whatever an adapter raises when a query fails.
        """
        fills = [fill for fill in fills if not self._is_forgotten(fill)]
        fills = [fill for fill in fills if fill.ts_event >= self._since_ns or self._is_known(fill)]
        for venue_order_id in dict.fromkeys(fill.venue_order_id for fill in fills):
            fill = next(fill for fill in fills if fill.venue_order_id == venue_order_id)
            client = self._venue.client_of(fill)
            report = None if client is None else await self._venue.order_of(client, fill)
            if client is None or report is None:
                continue
            trades = await self._venue.of_order(client, report)
            known = self._engine._cache.order(self._engine._resolve_client_order_id(report))
            order = revived(self._engine, known, report)
            if not lacks(order, report, trades):
                self._applied(order, report, trades, is_external=True)
        return [fill for fill in fills if not self._is_held(fill)]

    def _order_of(self, report: FillReport | OrderStatusReport) -> Order | None:
        client_order_id = report.client_order_id or self._engine._cache.client_order_id(report.venue_order_id)
        return None if client_order_id is None else self._engine._cache.order(client_order_id)

    def _is_forgotten(self, report: FillReport | OrderStatusReport) -> bool:
        """Whether an order has been purged since it was known, or was left out: all of it that counts is booked."""
        return report.venue_order_id in self._heard and not self._is_known(report)

    def _is_known(self, fill: FillReport | OrderStatusReport) -> bool:
        return self._order_of(fill) is not None

    def _is_held(self, fill: FillReport) -> bool:
        order = self._order_of(fill)
        return order is not None and fill.trade_id in order.trade_ids

    def _reconcile_also_unknown(self, reports: list[OrderStatusReport], open_order_ids: set[ClientOrderId]) -> None:
        """Reconcile what an open check found.

        The engine takes no notice of orders that came and closed unheard, of an amendment that it did not hear of, nor
        of an order that was rejected here and cancelled there.
        """
        self._reconcile_reports(reports, open_order_ids)
        for report in reports:
            self._amendments.take(report)
            if is_refuted(self._order_of(report), report):
                self._reconcile_with_trades(report, [])
            is_new = report.ts_last >= self._since_ns > 0 and not report.is_open
            if (
                is_new
                and not self._is_forgotten(report)
                and self._engine._consider_for_reconciliation(report.instrument_id)
            ):
                name = report.client_order_id or self._engine._cache.client_order_id(report.venue_order_id)
                if (name is None or self._engine._cache.order(name) is None) and lacks(None, report, []):
                    self._reconcile_with_trades(report, [])
