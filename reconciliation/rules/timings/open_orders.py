"""When a resting order that queries do not find is called REJECTED."""

from math import ceil

from reconciliation.rules.timings.conditions import Answer, Conditions, Span
from reconciliation.rules.timings.loop import periods


def missing(conditions: Conditions, answer: Answer) -> Span | None:
    """Return when a resting ACCEPTED order that queries do not find is called REJECTED; None is never.

    It is counted from the moment since which queries do not find it. The engine logs a failed bulk query, goes on with
    an empty list and counts every order as missing; a failed query for the one order falls through to REJECTED.

    Args:
        conditions: what the node is like.
        answer: what queries for orders are answered.
    """
    r, guards = conditions.checks, conditions.guards
    period = periods(r).open_secs
    if period is None or r.open_check_open_only:
        return None
    raised = conditions.failures_raise and answer != "no_such_order"
    if raised and guards & {"bulk_queries", "answered_absence"}:
        return None
    retries = max(r.open_check_missing_retries, 0)
    believed = 0.0
    if "answered_absence" in guards and not conditions.absence_is_answered:
        # Each time that it is not believed, the count begins anew.
        believed = ceil(conditions.outage_secs / period / (retries + 1)) * (retries + 1) * period
    return Span(retries * period + believed, (retries + 1) * period + believed)


def missing_outlived_secs(conditions: Conditions, answer: Answer) -> float | None:
    """Return the longest outage that a resting order outlives; None is any."""
    span = missing(conditions, answer)
    return None if span is None else span.soonest_secs
