"""What a venue tells of trades and of the orders that they belong to, whichever client is asked."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from nautilus_trader.core.datetime import unix_nanos_to_dt
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import GenerateFillReports, GenerateOrderStatusReport
from nautilus_trader.execution.reports import FillReport, OrderStatusReport
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.model.events import OrderCanceled, OrderEvent, OrderExpired, OrderFilled
from nautilus_trader.model.identifiers import InstrumentId, VenueOrderId
from nautilus_trader.model.objects import FIXED_PRECISION
from nautilus_trader.model.orders import Order

from reconciliation.engine.v1.adapters.stock.client import StockClient

Told = dict[VenueOrderId, list[FillReport]]

_NOTHING: Final = Decimal(0)

FEW: Final = 5
"""So many orders of one instrument are asked for one by one; of more, all trades of the instrument are asked for."""


class VenueTrades:
    """Asks the clients of an engine.

    Every question raises whatever its adapter raises when a query fails.

    Args:
        engine: the execution engine whose cache knows the orders.
        clients: its execution clients.
    """

    def __init__(self, engine: LiveExecutionEngine, clients: list[StockClient]) -> None:
        self._engine = engine
        self._clients = clients

    def client_of(self, report: OrderStatusReport | FillReport) -> StockClient | None:
        """Return the client whose account a report is of."""
        found = [client for client in self._clients if client.engine_client.account_id == report.account_id]
        return next(iter(found), None)

    async def of_order(self, client: StockClient, report: OrderStatusReport) -> list[FillReport]:
        """Return the trades of one order."""
        return (await self.of_orders(client, [report])).get(report.venue_order_id, [])

    async def of_orders(self, client: StockClient, reports: Sequence[OrderStatusReport]) -> Told:
        """Return the trades of orders of one instrument; those of many by one question."""
        told = await self._of_instrument(client, reports[0].instrument_id) if len(reports) > FEW else {}
        if not told:
            for report in reports:
                fills = await self._fills(client, report.instrument_id, report.venue_order_id)
                told[report.venue_order_id] = in_order(
                    fill for fill in fills if fill.venue_order_id == report.venue_order_id
                )
        return await self._with_older(client, reports, told)

    async def _with_older(self, client: StockClient, reports: Sequence[OrderStatusReport], told: Told) -> Told:
        """Add the older trades of orders that lack some: asked without a time a venue tells of its last days only."""
        if client.recent_secs is None:
            return told
        recent_ns = self._engine._clock.timestamp_ns() - int(client.recent_secs * 1e9)
        old = [
            report
            for report in reports
            if report.ts_accepted < recent_ns and self._lacks(report, told.get(report.venue_order_id, ()))
        ]
        if not old:
            return told
        since_ns = min(report.ts_accepted for report in old)
        return told | await self._of_instrument(client, old[0].instrument_id, since_ns)

    async def _of_instrument(
        self, client: StockClient, instrument_id: InstrumentId, since_ns: int | None = None
    ) -> Told:
        told: Told = {}
        for fill in in_order(await self._fills(client, instrument_id, since_ns=since_ns)):
            told.setdefault(fill.venue_order_id, []).append(fill)
        return told

    def _lacks(self, report: OrderStatusReport, trades: Iterable[FillReport]) -> bool:
        order = self._engine._cache.order(report.client_order_id) if report.client_order_id else None
        return lacks(order, report, trades)

    async def order_of(self, client: StockClient, fill: FillReport) -> OrderStatusReport | None:
        """Return the order that a trade belongs to; None where the venue does not know it."""
        return await client.engine_client.generate_order_status_report(
            GenerateOrderStatusReport(
                instrument_id=fill.instrument_id,
                client_order_id=None,
                venue_order_id=fill.venue_order_id,
                command_id=UUID4(),
                ts_init=self._engine._clock.timestamp_ns(),
            )
        )

    async def _fills(
        self,
        client: StockClient,
        instrument_id: InstrumentId,
        venue_order_id: VenueOrderId | None = None,
        since_ns: int | None = None,
    ) -> list[FillReport]:
        command = GenerateFillReports(
            instrument_id=instrument_id,
            venue_order_id=venue_order_id,
            start=None if since_ns is None else unix_nanos_to_dt(since_ns),
            end=None,
            command_id=UUID4(),
            ts_init=self._engine._clock.timestamp_ns(),
        )
        return list(await client.engine_client.generate_fill_reports(command))


def in_order(fills: Iterable[FillReport]) -> list[FillReport]:
    """Return trades as they happened; ids that are numbers in their order."""
    return sorted(fills, key=lambda fill: (fill.ts_event, len(fill.trade_id.value), fill.trade_id.value))


def lacking(order: Order | None, report: OrderStatusReport, trades: Iterable[FillReport]) -> Decimal:
    """Return how much of a report's filled quantity neither the order nor the trades hold.

    Counted in the engine's own integers, which have one scale whatever a quantity's precision: a start asks this some
    three times an order.
    """
    known = set() if order is None else {trade_id.value for trade_id in order.trade_ids}
    held = 0 if order is None else order.filled_qty.raw
    new = sum(trade.last_qty.raw for trade in trades if trade.trade_id.value not in known)
    filled: Any = report.filled_qty
    left = (0 if filled is None else filled.raw) - held - new
    return Decimal(left).scaleb(-FIXED_PRECISION) if left else _NOTHING


def lacks(order: Order | None, report: OrderStatusReport, trades: Iterable[FillReport]) -> bool:
    """Whether a report tells of trades that neither the order nor the given ones are."""
    return lacking(order, report, trades) > 0


def is_outdated(order: Order | None, report: OrderStatusReport) -> bool:
    """Whether an order has traded or ended since the venue gave this answer; taken, it would undo an amendment."""
    if order is None:
        return False
    has_traded = report.filled_qty.as_decimal() < order.filled_qty.as_decimal()
    has_ended = order.is_closed and report.is_open
    told = (event.ts_event for event in order.events if _is_venues(event))
    return (has_traded or has_ended) and bool(report.ts_last < max(told, default=0))


def _is_venues(event: OrderEvent) -> bool:
    """Whether an event carries the venue's time; the end that a check concludes has the node's."""
    ends = isinstance(event, OrderCanceled | OrderExpired) and not event.reconciliation
    return isinstance(event, OrderFilled) or ends
