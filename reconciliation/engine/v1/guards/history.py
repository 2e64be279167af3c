"""The history guard: a node that comes back takes the venue's history as it is, from where its own begins.

At startup the engine adjusts the venue's history to the position: of an instrument that holds one it keeps the trades
of the position's current life alone, and where these do not add up it makes up an order in their place and drops the
rest. To a node that knows its orders it loses trades that came while it was down, and rewrites orders that it knows;
and of an instrument that is flat it brings in what was long before. The same happens while it runs, each time the
adapter opens its stream again.

A node that knows nothing it serves badly too: it loses what was traded in the very millisecond in which the life before
ended, takes a trade that turned the position for one that closed it, and a history that begins in the midst of a life
for one that begins flat. In each case what is left does not add up, and trades that the venue told of become an order
that it never had; at the next start they come in once more. So it is not asked. Read and measured with 1.231.0.
"""

from collections.abc import Iterable
from decimal import Decimal

from nautilus_trader.execution.reports import ExecutionMassStatus, FillReport, OrderStatusReport
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.model.events import OrderFilled
from nautilus_trader.model.identifiers import InstrumentId, VenueOrderId

from reconciliation.engine.v1.guards.beginnings import beginning_of, opened
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
        engine._adjust_mass_status_fills = self._adjust_or_continue

    def _adjust_or_continue(self, status: ExecutionMassStatus) -> None:
        if self._lives_since_ns is None:
            self._lives_since_ns = status.ts_init
            self._begin(status)
            return
        orders: Orders = status._order_reports
        since_ns = {key: self._known_since_ns(key) for key in {report.instrument_id for report in orders.values()}}
        kept = {key: report for key, report in orders.items() if self._is_kept(report, since_ns[report.instrument_id])}
        status._order_reports = kept
        status._fill_reports = {key: told for key, told in status._fill_reports.items() if key in kept}

    def _begin(self, status: ExecutionMassStatus) -> None:
        """Take of a first history what belongs to the positions that there are."""
        fills = _told_apart(status)
        reports: dict[InstrumentId, list[OrderStatusReport]] = {}
        for report in status._order_reports.values():
            reports.setdefault(report.instrument_id, []).append(report)
        for instrument_id, positions in tuple(status._position_reports.items()):
            instrument = self._engine._cache.instrument(instrument_id)
            history = fills.get(instrument_id, [])
            if not history or instrument is None or any(report.venue_position_id is not None for report in positions):
                continue  # nothing to take, or a hedging account, whose positions the venue tells apart
            orders = reports.get(instrument_id, [])
            held = sum((report.signed_decimal_qty for report in positions), Decimal(0))
            beginning = beginning_of(held, orders, history)
            if beginning.begins is not None:
                _leave_out(status, orders, history, beginning.begins)
            if beginning.opening:
                order, fill = opened(beginning.opening, positions[0].avg_px_open, history, instrument)
                status.add_order_reports([order])
                status.add_fill_reports([fill])

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


def _leave_out(
    status: ExecutionMassStatus, orders: list[OrderStatusReport], fills: list[FillReport], begins: int
) -> None:
    """Leave out what was over when a position's life began."""
    since_ns = fills[begins].ts_event if begins < len(fills) else status.ts_init
    kept = {fill.venue_order_id for fill in fills[begins:]}
    for order in orders:
        key = order.venue_order_id
        if key not in kept and not order.is_open and (order.filled_qty or order.ts_last < since_ns):
            del status._order_reports[key]
            status._fill_reports.pop(key, None)


def _told_apart(status: ExecutionMassStatus) -> dict[InstrumentId, list[FillReport]]:
    """Return the trades of each instrument in their order; of one time, each is a nanosecond later from now on.

    At the next start the life of a position is known to begin with its first trade's time.
    """
    told: dict[InstrumentId, list[FillReport]] = {}
    for fill in in_order(fill for fills in status._fill_reports.values() for fill in fills):
        before = told.setdefault(fill.instrument_id, [])
        if before:
            fill.ts_event = max(fill.ts_event, before[-1].ts_event + 1)
        before.append(fill)
    return told


def _times(engine: LiveExecutionEngine) -> Iterable[int]:
    cache = engine._cache
    for account in cache.accounts():
        yield from (event.ts_init for event in account.events)
    for order in cache.orders():
        yield order.ts_init
