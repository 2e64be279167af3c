"""Rules about orders that nobody answered yet."""

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from math import ceil
from typing import Any, Final

from reconciliation.config import ReconciliationConfig
from reconciliation.rules import timings
from reconciliation.rules.figures import counted, duration, several
from reconciliation.rules.finding import Violation, rule
from reconciliation.rules.subject import Subject
from reconciliation.rules.timings import OUTAGES, Answer, Conditions

WHILE: Final[dict[Answer, str]] = {
    "refused": "while the venue refuses connections",
    "error": "while the venue answers 503",
}


_MODEST: Final = (1.0, 1.25, 1.5, 2.0, 4.0)
_LARGE: Final = (8.0, 16.0, 32.0, 64.0)
"""How much more than in proportion is tried: first of every family of fields what is modest."""
_SHORT_DELAY_MS: Final = 100
"""The pause between two queries that the engine makes by itself."""

Timing = Callable[[Conditions, Answer], float | None]
"""The longest outage after which nothing was concluded from silence, in seconds; None is any."""


def shortest(s: Subject, timing: Timing, r: ReconciliationConfig) -> tuple[float, Conditions, Answer] | None:
    """Return the shortest outage after which silence is taken for an answer, in seconds, and where; None is none."""
    asked = ((s.conditions(client, r), outage) for outage in OUTAGES for client in s.clients)
    cases = ((timing(conditions, outage), conditions, outage) for conditions, outage in asked)
    return min(
        ((secs, conditions, outage) for secs, conditions, outage in cases if secs is not None),
        key=lambda found: found[0],
        default=None,
    )


def outlasting(s: Subject, timing: Timing, *families: tuple[str, ...]) -> dict[str, Any]:
    """Return a change that outlasts a tolerated outage, by key; empty when none was found.

    Args:
        s: the configuration.
        timing: the longest outage that is outlived.
        families: fields that are raised together; the first family that can cure it does.
    """
    r = s.checks
    for factors, fields in product((_MODEST, _LARGE), families):
        for change in filter(s.takes, _raised(s, timing, fields, factors)):
            found = shortest(s, timing, r.model_copy(update=change))
            if found is None or found[0] >= s.node.tolerated_outage_secs:
                return {f"reconciliation.{name}": value for name, value in change.items()}
    return {}


def _raised(
    s: Subject, timing: Timing, fields: tuple[str, ...], factors: tuple[float, ...]
) -> Iterator[dict[str, int]]:
    """Yield values to try: what would do if time grew with them, times each factor."""
    found = shortest(s, timing, s.checks)
    wanted = s.node.tolerated_outage_secs / max(found[0], 1.0) if found else 1.0
    for factor in factors:
        # A count of n takes n + 1 rounds; a time is told in whole seconds.
        yield {
            name: ceil(getattr(s.checks, name) * wanted * factor / 1_000) * 1_000
            if name.endswith("_ms")
            else ceil((getattr(s.checks, name) + 1) * wanted * factor)
            for name in fields
        }


def guarded(
    s: Subject, figure: str, guards: tuple[str, ...], change: Mapping[str, Any], keys: tuple[str, ...] = ()
) -> Violation:
    """Return the violation that guards cure, where there are any to install, or else a change, which may be empty."""
    if s.by_recon:
        return Violation(figure, f"or set {s.written(change)}" if change else "", guards=guards, keys=keys)
    if change:
        return Violation(figure, change=change, keys=keys)
    return Violation(
        figure,
        f"no setting cures it: it takes the guard {several(list(guards))} (LiveTradingNodeConfig.build_node)",
        keys=keys,
    )


@rule(
    "E02",
    "reconciliation.inflight_check_interval_ms",
    "reconciliation.inflight_check_retries",
    proof="run",
    why="With no retry the engine calls a SUBMITTED order REJECTED without asking the venue once.",
    cure="inflight_check_retries of at least 1",
    held="the model takes inflight_check_retries >= 1 only",
)
def asked_before_resolved(s: Subject) -> Violation | None:
    """An in-flight order is asked for at least once before it is resolved."""
    r = s.checks
    if r.inflight_check_interval_ms is None or r.inflight_check_retries >= 1:
        return None
    return Violation(
        f"{counted(r.inflight_check_retries, 'query', 'queries')} before an unanswered order is resolved",
        change={"reconciliation.inflight_check_retries": 5},
    )


@rule(
    "E03",
    "reconciliation.inflight_check_interval_ms",
    "reconciliation.inflight_check_threshold_ms",
    "reconciliation.inflight_check_retries",
    "reconciliation.open_check_interval_secs",
    "reconciliation.open_check_open_only",
    "reconciliation.open_check_threshold_ms",
    "reconciliation.open_check_missing_retries",
    "node.tolerated_outage_secs",
    "venue.name",
    "node.guards",
    proof="run",
    why="The order is called REJECTED here while it may be live at the venue, and a strategy that sends it again has it"
    " twice.",
    cure="the guard answered_absence, or retries and a threshold that outlast the outage",
)
def unanswered_outlives_outage(s: Subject) -> Violation | None:
    """An unanswered order outlives a tolerated outage."""
    found = shortest(s, timings.unanswered_outlived_secs, s.checks)
    if found is None or found[0] >= s.node.tolerated_outage_secs:
        return None
    secs, conditions, outage = found
    r, span = s.checks, timings.unanswered(conditions, outage)
    dead = secs if span is None else span.soonest_secs
    until_asked = "" if dead == secs else f", and last asked for after {duration(secs)}"
    shared = r.open_check_interval_secs is not None and not r.open_check_open_only
    keys = ("inflight_check_interval_ms", "inflight_check_threshold_ms", "inflight_check_retries")
    spends = ("open_check_interval_secs", "open_check_missing_retries") if shared else ()
    retries, threshold, missing = "inflight_check_retries", "inflight_check_threshold_ms", "open_check_missing_retries"
    families = ((retries,), (retries, missing), (threshold,), (threshold, retries), (threshold, retries, missing))
    return guarded(
        s,
        f"{duration(dead)} until an unanswered SUBMITTED order is called REJECTED {WHILE[outage]}{until_asked};"
        f" you tolerate {duration(s.node.tolerated_outage_secs)}",
        ("answered_absence",),
        outlasting(s, timings.unanswered_outlived_secs, *families),
        keys=(*(f"reconciliation.{name}" for name in (*keys, *spends)), "node.tolerated_outage_secs", "node.guards"),
    )


def _unasked(s: Subject) -> list[str]:
    """Return the venues whose client cannot ask for one order by itself."""
    clients = (client for client in s.clients if client.stock is not None and not client.stock.asks_single)
    return sorted({client.venue for client in clients})


@rule(
    "E23",
    "reconciliation.inflight_check_interval_ms",
    "reconciliation.inflight_check_retries",
    "reconciliation.open_check_interval_secs",
    "node.guards",
    proof="run",
    why="The check that asks for it is answered by nothing, at a venue that works as at one that does not, and calls"
    " the order REJECTED: only the stream can save it.",
    cure="the guard query_errors, which looks it up in the list of orders; or the in-flight check off and the open one"
    " on, which asks for all open orders at once",
)
def unanswered_can_be_asked(s: Subject) -> Violation | None:
    """An unanswered order can be asked for."""
    r, unasked = s.checks, _unasked(s)
    if not unasked or r.inflight_check_interval_ms is None or "query_errors" in s.guards:
        return None
    change: dict[str, Any] = {"reconciliation.inflight_check_interval_ms": None}
    if r.open_check_interval_secs is None:
        change["reconciliation.open_check_interval_secs"] = 5.0
    return guarded(
        s,
        f"the client of {several(unasked)} cannot ask for one order, and an unanswered one is asked for"
        f" {counted(r.inflight_check_retries, 'time')} before it is called REJECTED",
        ("query_errors",),
        change,
    )


@rule(
    "E17",
    "reconciliation.inflight_check_interval_ms",
    "reconciliation.open_check_interval_secs",
    "reconciliation.open_check_open_only",
    "reconciliation.max_single_order_queries_per_cycle",
    "reconciliation.single_order_query_delay_ms",
    "facts.venue_round_trip_ms",
    proof="read",
    why="All checks are one coroutine: while open orders are asked for one by one, nobody looks at unanswered ones.",
    cure="fewer single-order queries in a cycle, a shorter pause, or a longer open_check_interval_secs",
)
def single_queries_fit(s: Subject) -> Violation | None:
    """Single-order queries fit between two open checks."""
    r, trip = s.checks, s.facts.venue_round_trip_ms
    interval = r.open_check_interval_secs
    if trip is None or interval is None or r.open_check_open_only or r.inflight_check_interval_ms is None:
        return None
    each = (r.single_order_query_delay_ms + trip) / 1_000
    taken = r.max_single_order_queries_per_cycle * each
    if taken < interval:
        return None
    most = ceil(interval / each) - 1
    change: dict[str, Any] = {"reconciliation.max_single_order_queries_per_cycle": max(most, 1)}
    if most < 1:
        delay = min(r.single_order_query_delay_ms, _SHORT_DELAY_MS)
        change["reconciliation.single_order_query_delay_ms"] = delay
        longer = float((delay + trip) // 1_000 + 1)
        change |= {"reconciliation.open_check_interval_secs": longer} if longer > interval else {}
    return Violation(
        f"{counted(r.max_single_order_queries_per_cycle, 'query', 'queries')} of {duration(each)} take"
        f"{'s' if r.max_single_order_queries_per_cycle == 1 else ''} {duration(taken)};"
        f" open orders are checked every {duration(interval)}",
        change=change,
    )


@rule(
    "W23",
    "reconciliation.inflight_check_interval_ms",
    proof="read",
    why="Nothing else resolves an order whose answer was lost: it stays SUBMITTED, and its strategy waits.",
    cure="a value for inflight_check_interval_ms",
)
def inflight_orders_are_checked(s: Subject) -> Violation | None:
    """Orders without an answer are looked at."""
    if s.checks.inflight_check_interval_ms is not None or _unasked(s):  # where it can only reject, E23 has it off
        return None
    # The settings want it no longer than the threshold.
    interval = max(min(2_000, int(s.checks.inflight_check_threshold_ms)), 1_000)
    return Violation("the in-flight check is off", change={"reconciliation.inflight_check_interval_ms": interval})
