"""How long things take under given settings: the engine's check loop, told in advance.

What an outcome takes depends on where in the loop's rhythm it begins, so each is a `Span`: the soonest, which is what
an outage must stay below, and the latest, which is what an operator waits for. Figures leave out the time the checks
themselves take and hold to within one tick.

Every function takes what a hand-written configuration may hold, out of range or not: a number that is not above zero
turns an interval off and counts as no retry.
"""

from reconciliation.rules.timings.conditions import OUTAGES, Answer, Conditions, Span
from reconciliation.rules.timings.inflight import unanswered, unanswered_outlived_secs
from reconciliation.rules.timings.loop import Periods, periods
from reconciliation.rules.timings.open_orders import missing, missing_outlived_secs
from reconciliation.rules.timings.outages import outage_outlived_secs
from reconciliation.rules.timings.positions import position_gives_up_secs
from reconciliation.rules.timings.repairs import lost_ack_secs, lost_cancel_secs, lost_fill_secs

__all__ = [
    "OUTAGES",
    "Answer",
    "Conditions",
    "Periods",
    "Span",
    "lost_ack_secs",
    "lost_cancel_secs",
    "lost_fill_secs",
    "missing",
    "missing_outlived_secs",
    "outage_outlived_secs",
    "periods",
    "position_gives_up_secs",
    "unanswered",
    "unanswered_outlived_secs",
]
