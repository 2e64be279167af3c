"""The history guard: a node that comes back takes the venue's history as it is, from where its own begins.

At startup the engine adjusts the venue's history to the position: of an instrument that holds one it keeps the trades
of the position's current life alone, and where these do not add up it makes up an order in their place and drops the
rest. That suits a node that knows nothing. To one that knows its orders it loses trades that came while it was down,
and rewrites orders that it knows; and of an instrument that is flat it brings in what was long before. The same happens
while it runs, each time the adapter opens its stream again.

It finds the beginning of a position's life by time, and loses what was traded in the very millisecond in which the one
before ended: what is left does not add up, and the whole position becomes an order that the venue never had. So trades
of one time are told apart first. Read and measured with 1.231.0.
"""

from collections.abc import Callable, Iterable

from nautilus_trader.execution.reports import ExecutionMassStatus, OrderStatusReport
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.model.events import OrderFilled
from nautilus_trader.model.identifiers import InstrumentId, VenueOrderId

from reconciliation.engine.v1.guards.venue_trades import in_order

Orders = dict[VenueOrderId, OrderStatusReport]


class HistoryGuard:
    """Keeps a mass status as it is where it continues what the cache holds.

    Args:
        engine: the engine whose adjustment is wrapped; its cache holds what an earlier life stored, and nothing else.
    """

    def __init__(self, engine: LiveExecutionEngine) -> None:
        self._engine = engine
        self._lives_since_ns = min(_times(engine), default=None)
        """When anything was first noted here, in whatever life; None where this is the first."""
        self._adjust: Callable[[ExecutionMassStatus], None] = engine._adjust_mass_status_fills
        engine._adjust_mass_status_fills = self._adjust_or_continue

    def _adjust_or_continue(self, status: ExecutionMassStatus) -> None:
        if self._lives_since_ns is None:
            self._lives_since_ns = status.ts_init
            _tell_apart(status)
            self._adjust(status)
            return
        orders: Orders = status._order_reports
        since_ns = {key: self._known_since_ns(key) for key in {report.instrument_id for report in orders.values()}}
        kept = {key: report for key, report in orders.items() if self._is_kept(report, since_ns[report.instrument_id])}
        status._order_reports = kept
        status._fill_reports = {key: told for key, told in status._fill_reports.items() if key in kept}

    def _known_since_ns(self, instrument_id: InstrumentId) -> int:
        """Return from when on all trades of an instrument must be known: since the first life, or its first trade."""
        first = min((event.ts_event for event in self._fills(instrument_id)), default=self._lives_since_ns)
        return min(int(first or 0), int(self._lives_since_ns or 0))

    def _fills(self, instrument_id: InstrumentId) -> Iterable[OrderFilled]:
        for order in self._engine._cache.orders(instrument_id=instrument_id):
            yield from (event for event in order.events if isinstance(event, OrderFilled))

    def _is_kept(self, report: OrderStatusReport, since_ns: int) -> bool:
        """Whether an order is known, open, or of a time that this trader has lived through."""
        known = self._engine._cache.order(report.client_order_id) if report.client_order_id else None
        return known is not None or report.is_open or report.ts_last >= since_ns


def _tell_apart(status: ExecutionMassStatus) -> None:
    """Let the trades of an instrument follow each other, by a nanosecond where the venue tells one time of several."""
    last: dict[InstrumentId, int] = {}
    for fill in in_order(fill for fills in status._fill_reports.values() for fill in fills):
        fill.ts_event = max(fill.ts_event, last.get(fill.instrument_id, -1) + 1)
        last[fill.instrument_id] = fill.ts_event


def _times(engine: LiveExecutionEngine) -> Iterable[int]:
    cache = engine._cache
    for account in cache.accounts():
        yield from (event.ts_init for event in account.events)
    for order in cache.orders():
        yield order.ts_init
