"""How long the venue may be away."""

from reconciliation.rules.timings.conditions import OUTAGES, Conditions
from reconciliation.rules.timings.inflight import unanswered_outlived_secs
from reconciliation.rules.timings.open_orders import missing_outlived_secs
from reconciliation.rules.timings.positions import books_flat_at_once, position_gives_up_secs


def outage_outlived_secs(conditions: Conditions) -> float | None:
    """Return how long the venue may be away before anything wrong can be concluded; None is any time."""
    found = [position_gives_up_secs(conditions.checks, conditions.guards)]
    for answer in OUTAGES:
        found += missing_outlived_secs(conditions, answer), unanswered_outlived_secs(conditions, answer)
    if books_flat_at_once(conditions):
        found.append(0.0)
    return min((secs for secs in found if secs is not None), default=None)
