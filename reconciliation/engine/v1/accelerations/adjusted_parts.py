"""The acceleration `adjusted_parts`: the partial-window adjustment is given one instrument's part at a time.

The engine adjusts the history of each instrument to its position. For that the whole mass status, of all instruments,
is handed over once an instrument, so that ten times as many instruments cost a hundred times as much. What comes of one
instrument depends on nothing of another. Only without the guard `whole_history`, which does without the adjustment.
Read in `LiveExecutionEngine._adjust_mass_status_fills` and `adjust_fills_for_partial_window` of 1.231.0.
"""

from collections import defaultdict
from collections.abc import Callable

from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.reports import ExecutionMassStatus, FillReport, OrderStatusReport
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.model.identifiers import InstrumentId, VenueOrderId

type Orders = dict[VenueOrderId, OrderStatusReport]
type Fills = dict[VenueOrderId, list[FillReport]]


def install(engine: LiveExecutionEngine) -> None:
    """Have an engine adjust so."""
    adjust = engine._adjust_mass_status_fills
    engine._adjust_mass_status_fills = lambda mass_status: _adjust_parts(mass_status, adjust)


def _adjust_parts(mass_status: ExecutionMassStatus, adjust: Callable[[ExecutionMassStatus], None]) -> None:
    parts: dict[InstrumentId, ExecutionMassStatus] = defaultdict(lambda: _empty(mass_status))
    for key, order in mass_status._order_reports.items():
        parts[order.instrument_id]._order_reports[key] = order
    for key, fills in mass_status._fill_reports.items():
        if fills:
            parts[fills[0].instrument_id]._fill_reports[key] = fills
    for instrument_id, positions in mass_status._position_reports.items():
        part = parts[instrument_id]
        part._position_reports[instrument_id] = positions
        orders, fills_told = part._order_reports, part._fill_reports
        adjust(part)
        # What was adjusted comes behind the rest, as where all is adjusted at once; events come in that order.
        if not _are_same(part._order_reports, orders):
            _replace(mass_status._order_reports, orders, part._order_reports)
        if not _are_same(part._fill_reports, fills_told):
            _replace(mass_status._fill_reports, fills_told, part._fill_reports)


def _empty(mass_status: ExecutionMassStatus) -> ExecutionMassStatus:
    return ExecutionMassStatus(
        client_id=mass_status.client_id,
        account_id=mass_status.account_id,
        venue=mass_status.venue,
        report_id=UUID4(),
        ts_init=mass_status.ts_init,
    )


def _are_same[T](one: dict[VenueOrderId, T], other: dict[VenueOrderId, T]) -> bool:
    """Whether both hold the very same: an instrument that is not adjusted gets its own back."""
    return one.keys() == other.keys() and all(one[key] is other[key] for key in one)


def _replace[T](told: dict[VenueOrderId, T], part: dict[VenueOrderId, T], adjusted: dict[VenueOrderId, T]) -> None:
    for key in part:
        del told[key]
    told |= adjusted
