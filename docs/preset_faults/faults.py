"""The faults of the table: what is done to a venue, and for how long one waits for the node to be right again."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from cell import Cell

REPORTS: Final = ("openOrders", "allOrders", "userTrades", "order", "openAlgoOrders", "allAlgoOrders")
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
    cell.venue.post("stream", action="mute")
    cell.venue.post("fills", client_order_id="resting", silent=True)


def _lost_cancel(cell: "Cell") -> None:
    cell.venue.post("stream", action="mute")
    cell.venue.post("cancels", client_order_id="resting", silent=True)


def _lost_ack(cell: "Cell") -> None:
    cell.venue.post("stream", action="mute")
    cell.venue.post("faults", call="POST /fapi/v1/order", drop=True, apply=True, times=1)
    cell.send()


def _refused(secs: int) -> "Callable[[Cell], None]":
    def happen(cell: "Cell") -> None:
        with cell.venue_gone():
            cell.send()
            cell.wait(secs)

    return happen


def _answers_badly(secs: int, **fault: Any) -> "Callable[[Cell], None]":
    def happen(cell: "Cell") -> None:
        cell.venue.post("stream", action="mute")
        cell.venue.post("faults", call="*", apply=True, **fault)
        cell.send()
        cell.wait(secs)
        cell.venue.delete("faults")
        cell.venue.post("stream", action="unmute")

    return happen


def _empty_positions(cell: "Cell") -> None:
    cell.venue.post("fills", client_order_id="resting")
    cell.until(lambda belief: belief["net"] == "0.01", "the fill came in")
    cell.until_asked("GET /fapi/v3/positionRisk")
    cell.wait(cell.settings.reconciliation.position_check_threshold_ms / 1_000)
    cell.venue.post("faults", call="GET /fapi/v3/positionRisk", body=[])
    cell.wait(2 * (cell.settings.reconciliation.position_check_interval_secs or 0))
    cell.venue.delete("faults")


def _failing_reports(cell: "Cell") -> None:
    for path in REPORTS:
        cell.venue.post("faults", call=f"GET /fapi/v1/{path}", status=500)
    cell.venue.post("faults", call="GET /fapi/v3/positionRisk", status=500)
    cell.wait(AWAY_SECS[1])
    cell.venue.delete("faults")


def _unknown_outcome(cell: "Cell") -> None:
    body = {"code": -1007, "msg": "Timeout waiting for response from backend server. Send status unknown."}
    cell.venue.post("faults", call="POST /fapi/v1/order", status=408, body=body, apply=True, times=1)
    cell.venue.post("stream", action="mute")
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
