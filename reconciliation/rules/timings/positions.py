"""When the position check gives up, and when it books too much."""

from collections.abc import Collection

from reconciliation.config import ReconciliationConfig
from reconciliation.rules.timings.conditions import Conditions
from reconciliation.rules.timings.loop import periods


def position_gives_up_secs(r: ReconciliationConfig, guards: Collection[str]) -> float | None:
    """Return the soonest moment at which the position check gives up on a position that differs; None is never.

    Each check that finds the difference and cannot explain it is one attempt. With no retries it never acts at all,
    which is giving up at once.
    """
    period = periods(r).position_secs
    if period is None or "patient_positions" in guards:
        return None
    return max(r.position_check_retries - 1, 0) * period


def books_flat_at_once(conditions: Conditions) -> bool:
    """Whether one failed query that reads as "no positions" makes the engine book a flat."""
    r = conditions.checks
    acts = periods(r).position_secs is not None and r.position_check_retries > 0 and r.generate_missing_orders
    return acts and "confirmed_positions" not in conditions.guards and not conditions.failures_raise
