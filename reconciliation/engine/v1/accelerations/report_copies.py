"""The acceleration `report_copies`: a mass status is read where it is.

Each time the engine asks a mass status for its orders or fills it is given a copy of the whole mapping; it asks for the
fills once an order, so that 10,000 orders copy 100 million entries. For lines of the log that are hardly ever on it
writes all of it out as one text, and each fill and position by itself, as well. While the engine reconciles a mass
status, it is of a class here that hands out what it holds; in lines of the log it tells of itself in a few words, as
fills and positions do. The engine changes none of it meanwhile: what it takes out of a mass status it takes out before.
Read in `nautilus_trader/live/execution_engine.py` (`_reconcile_execution_mass_status`,
`_deduplicate_mass_status_orders`) and `execution/reports.py` of 1.231.0.
"""

from typing import Any

from nautilus_trader.execution.reports import ExecutionMassStatus, FillReport, PositionStatusReport
from nautilus_trader.live.execution_engine import LiveExecutionEngine


class MassStatusInPlace(ExecutionMassStatus):
    """A mass status that is reconciled."""

    @property
    def order_reports(self) -> Any:
        """The orders by their venue's id; not a copy."""
        return self._order_reports

    @property
    def fill_reports(self) -> Any:
        """The trades by their order's id; not a copy."""
        return self._fill_reports

    @property
    def position_reports(self) -> Any:
        """The positions by instrument; not a copy."""
        return self._position_reports

    def __repr__(self) -> str:
        orders, fills = len(self._order_reports), sum(map(len, self._fill_reports.values()))
        return f"{ExecutionMassStatus.__name__}({self.client_id}, {orders} orders, {fills} fills)"


MassStatusInPlace.__name__ = ExecutionMassStatus.__name__  # it is serialized by its name


def _fill_in_words(report: FillReport) -> str:
    return f"{FillReport.__name__}({report.trade_id}, order {report.venue_order_id})"


def _position_in_words(report: PositionStatusReport) -> str:
    return f"{PositionStatusReport.__name__}({report.instrument_id}, {report.signed_decimal_qty})"


def install(engine: LiveExecutionEngine) -> None:
    """Have an engine reconcile each mass status so; the words are those of all nodes of this process."""
    FillReport.__str__ = _fill_in_words
    PositionStatusReport.__str__ = _position_in_words
    reconcile = engine._reconcile_execution_mass_status

    def reconciled(mass_status: ExecutionMassStatus) -> bool:
        usual = type(mass_status)
        if usual is not ExecutionMassStatus:
            return bool(reconcile(mass_status))
        mass_status.__class__ = MassStatusInPlace
        try:
            return bool(reconcile(mass_status))
        finally:
            mass_status.__class__ = usual

    engine._reconcile_execution_mass_status = reconciled
