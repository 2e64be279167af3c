"""When an order that is still SUBMITTED is called REJECTED."""

from reconciliation.rules.timings.conditions import Answer, Conditions, Span
from reconciliation.rules.timings.loop import NS, loop_of, ns_of_millis
from reconciliation.rules.timings.submitted import SubmittedOrder, life_of


def unanswered(conditions: Conditions, answer: Answer) -> Span | None:
    """Return when an order that is still SUBMITTED is called REJECTED, counted from its submission; None is never.

    In-flight and open check spend one counter. The open check clears it when it asks for the order by itself, and
    cannot resolve a SUBMITTED order, so that with both on it depends on the phase whether the order is ever resolved.

    Args:
        conditions: what the node is like.
        answer: what queries for the order are answered.
    """
    r, guards, loop = conditions.checks, conditions.guards, loop_of(conditions.checks)
    raised = conditions.failures_raise and answer != "no_such_order"
    if raised and "answered_absence" in guards:
        return None
    skipped = raised and "bulk_queries" in guards
    spared = "own_counters" in guards and loop.inflight > 0
    is_counted = not (r.open_check_open_only or skipped or spared)
    span = life_of(
        SubmittedOrder(
            tick=loop.tick,
            inflight=loop.inflight,
            open=loop.open if is_counted else 0,
            threshold=ns_of_millis(r.inflight_check_threshold_ms),
            retries=max(r.inflight_check_retries, 0),
            open_threshold=ns_of_millis(r.open_check_threshold_ms),
            open_retries=max(r.open_check_missing_retries, 0),
            errors=conditions.closing_errors(answer),
        )
    )
    if span is None or conditions.absence_is_answered or "answered_absence" not in guards:
        return span
    # From the first answer that did not know it to the last one; nobody asks again before it is called dead.
    gap = _gap_secs(conditions)
    believed = ns_of_millis(r.inflight_check_threshold_ms) / NS + conditions.outage_secs + gap
    # It is asked for again each time that it was not believed.
    again = 2 * loop.inflight * loop.tick / NS + gap
    latest = None if span.latest_secs is None else max(span.latest_secs, believed + again)
    return Span(max(span.soonest_secs, believed), latest)


def unanswered_outlived_secs(conditions: Conditions, answer: Answer) -> float | None:
    """Return the longest outage after which an unanswered order is still asked for; None is any.

    An order that ran out of retries is called dead a while after its last query, so that the outage may have ended
    before that in vain; one that ran out of errors is called dead at the last of them.
    """
    span = unanswered(conditions, answer)
    if span is None:
        return None
    dead = span.soonest_secs
    return dead if conditions.closing_errors(answer) else max(dead - _gap_secs(conditions), 0.0)


def _gap_secs(conditions: Conditions) -> float:
    """Return the time between two queries of one in-flight order: whole periods, a threshold apart."""
    loop = loop_of(conditions.checks)
    period = loop.inflight * loop.tick
    threshold = ns_of_millis(conditions.checks.inflight_check_threshold_ms)
    return max(-(-threshold // period), 1) * period / NS if period else 0.0
