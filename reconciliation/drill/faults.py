"""The faults of the table: what is done to a venue, and for how long one waits for the node to be right again."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from reconciliation.drill.oracle import instrument_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciliation.drill.cell import Cell

REPORTS: Final = ("openOrders", "allOrders", "userTrades", "order", "openAlgoOrders", "allAlgoOrders")
INSTRUMENT: Final = instrument_of("BTCUSDT")
AWAY_SECS: Final = (30, 60, 120)
HUNG_SECS: Final = 3_600
"""Longer than the venue is away: whoever still waits when it is back is answered by nobody."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One column of trouble.

    Attributes:
        name: as the table says it.
        happen: does it, and returns once it is over; what is lost stays lost.
    """

    name: str
    happen: "Callable[[Cell], None]"


def _lost_fill(cell: "Cell") -> None:
    cell.venue.control.mute()
    cell.venue.control.fill("resting", silent=True)


def _lost_cancel(cell: "Cell") -> None:
    cell.venue.control.mute()
    cell.venue.control.cancel("resting", silent=True)


def _lost_ack(cell: "Cell") -> None:
    cell.venue.control.mute()
    cell.venue.control.fail("POST /fapi/v1/order", drop=True, apply=True, times=1)
    cell.send()


def _refused(secs: int) -> "Callable[[Cell], None]":
    def happen(cell: "Cell") -> None:
        with cell.venue_gone():
            cell.send()
            cell.wait(secs)

    return happen


def _answers_badly(secs: int, **fault: Any) -> "Callable[[Cell], None]":
    def happen(cell: "Cell") -> None:
        cell.venue.control.mute()
        cell.venue.control.fail("*", apply=True, **fault)
        cell.send()
        cell.wait(secs)
        cell.venue.control.clear_faults()
        cell.venue.control.unmute()

    return happen


def _empty_positions(cell: "Cell") -> None:
    cell.venue.control.fill("resting")
    cell.until(lambda belief: belief.positions.get(INSTRUMENT) == Decimal("0.010"), "the fill came in")
    cell.until_asked("GET /fapi/v3/positionRisk")
    cell.wait(cell.settings.reconciliation.position_check_threshold_ms / 1_000)
    cell.venue.control.fail("GET /fapi/v3/positionRisk", body=[])
    cell.wait(2 * (cell.settings.reconciliation.position_check_interval_secs or 0))
    cell.venue.control.clear_faults()


def _failing_reports(cell: "Cell") -> None:
    for path in REPORTS:
        cell.venue.control.fail(f"GET /fapi/v1/{path}", status=500)
    cell.venue.control.fail("GET /fapi/v3/positionRisk", status=500)
    cell.wait(AWAY_SECS[1])
    cell.venue.control.clear_faults()


def _unknown_outcome(cell: "Cell") -> None:
    body = {"code": -1007, "msg": "Timeout waiting for response from backend server. Send status unknown."}
    cell.venue.control.fail("POST /fapi/v1/order", status=408, body=body, apply=True, times=1)
    cell.venue.control.mute()
    cell.send()


FAULTS: Final = (
    Fault("lost fill", _lost_fill),
    Fault("lost cancel", _lost_cancel),
    Fault("lost ack", _lost_ack),
    *(Fault(f"away {secs} s, refusing", _refused(secs)) for secs in AWAY_SECS),
    *(Fault(f"away {secs} s, 503", _answers_badly(secs, status=503)) for secs in AWAY_SECS),
    *(Fault(f"away {secs} s, hanging", _answers_badly(secs, delay_secs=HUNG_SECS)) for secs in AWAY_SECS),
    Fault("positions empty", _empty_positions),
    Fault("reports fail 60 s", _failing_reports),
    Fault("-1007", _unknown_outcome),
)
