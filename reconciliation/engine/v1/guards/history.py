"""The history guard: a node that comes back takes the venue's history as it is, from where its own begins.

At startup the engine adjusts the venue's history to the position: of an instrument that holds one it keeps the trades of
the position's current life alone, and where these do not add up it makes up an order in their place and drops the rest.
That suits a node that knows nothing. To one that knows its orders it loses trades that came while it was down, and
rewrites orders that it knows; and of an instrument that is flat it brings in what was long before. Read and measured
with 1.231.0.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal

from nautilus_trader.execution.reports import ExecutionMassStatus, FillReport, OrderStatusReport
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.events import OrderFilled
from nautilus_trader.model.identifiers import InstrumentId, VenueOrderId

Orders = dict[VenueOrderId, OrderStatusReport]
Fills = dict[VenueOrderId, list[FillReport]]


class HistoryGuard:
    """Keeps a mass status whole where it continues what the cache holds.

    Args:
        engine: the engine whose adjustment is wrapped; its cache holds what an earlier life stored, and nothing else.
    """

    def __init__(self, engine: LiveExecutionEngine) -> None:
        self._engine = engine
        self._lived_until_ns = max(_times(engine), default=None)
        """When anything last happened in an earlier life; None where there was none."""
        self._adjust: Callable[[ExecutionMassStatus], None] = engine._adjust_mass_status_fills
        if self._lived_until_ns is not None:
            engine._adjust_mass_status_fills = self._adjust_what_is_new

    def _adjust_what_is_new(self, status: ExecutionMassStatus) -> None:
        orders, fills = dict(status._order_reports), dict(status._fill_reports)
        self._adjust(status)
        instruments = {report.instrument_id for report in orders.values()} | set(status.position_reports)
        for instrument_id in instruments:
            own_orders = {key: report for key, report in orders.items() if report.instrument_id == instrument_id}
            own_fills = {key: told for key, told in fills.items() if told and told[0].instrument_id == instrument_id}
            since_ns = self._known_since_ns(instrument_id)
            kept = {key: report for key, report in own_orders.items() if self._is_kept(report, since_ns)}
            kept_fills = {key: told for key, told in own_fills.items() if key in kept}
            if self._explains(instrument_id, status, kept_fills):
                _replace(status, instrument_id, kept, kept_fills)

    def _known_since_ns(self, instrument_id: InstrumentId) -> int:
        """Return when what the cache knows of an instrument begins: with its first trade, else with the last life."""
        first = min((event.ts_event for event in self._fills(instrument_id)), default=self._lived_until_ns)
        return int(first or 0)

    def _fills(self, instrument_id: InstrumentId) -> Iterable[OrderFilled]:
        for order in self._engine._cache.orders(instrument_id=instrument_id):
            yield from (event for event in order.events if isinstance(event, OrderFilled))

    def _is_kept(self, report: OrderStatusReport, since_ns: int) -> bool:
        """Whether an order is known, open, or of a time that this trader has lived through."""
        known = self._engine._cache.order(report.client_order_id) if report.client_order_id else None
        return known is not None or report.is_open or report.ts_last >= since_ns

    def _explains(self, instrument_id: InstrumentId, status: ExecutionMassStatus, fills: Fills) -> bool:
        """Whether the trades that the cache lacks lead from its position to the venue's."""
        cache = self._engine._cache
        known = {event.trade_id for event in self._fills(instrument_id)}
        net = sum((p.signed_decimal_qty() for p in cache.positions_open(instrument_id=instrument_id)), Decimal(0))
        for fill in (fill for told in fills.values() for fill in told if fill.trade_id not in known):
            quantity = fill.last_qty.as_decimal()
            net += quantity if fill.order_side == OrderSide.BUY else -quantity
        reports = status.position_reports.get(instrument_id, [])
        return net == sum((report.signed_decimal_qty for report in reports), Decimal(0))


def _times(engine: LiveExecutionEngine) -> Iterable[int]:
    cache = engine._cache
    for account in cache.accounts():
        yield account.last_event.ts_event
    for order in cache.orders():
        yield order.ts_last


def _replace(status: ExecutionMassStatus, instrument_id: InstrumentId, orders: Orders, fills: Fills) -> None:
    others = {key: report for key, report in status._order_reports.items() if report.instrument_id != instrument_id}
    other_fills = {
        key: told for key, told in status._fill_reports.items() if told and told[0].instrument_id != instrument_id
    }
    status._order_reports = others | orders
    status._fill_reports = other_fills | fills
