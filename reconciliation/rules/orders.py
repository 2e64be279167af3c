"""Rules about open orders."""

from typing import Any, Final

from reconciliation.config import ReconciliationConfig
from reconciliation.rules import timings
from reconciliation.rules.figures import duration, number, several
from reconciliation.rules.finding import Violation, rule
from reconciliation.rules.inflight import WHILE, guarded, outlasting, shortest
from reconciliation.rules.subject import Subject

_GUARDS: Final = frozenset({"bulk_queries", "answered_absence"})
_KEEPS_OPEN: Final = "reports"

LEAST_INTERVAL_SECS: Final = 5.0

_AUDIT: Final = "reconciliation.own_books_audit_interval_secs"
_INERT: Final = ("open_check_missing_retries", "max_single_order_queries_per_cycle", "single_order_query_delay_ms")


def whole_open_check(s: Subject) -> dict[str, Any]:
    """Return what makes the open check ask for closed orders too, by key; empty where it does."""
    change: dict[str, Any] = {}
    if s.checks.open_check_interval_secs is None:
        change["reconciliation.open_check_interval_secs"] = LEAST_INTERVAL_SECS
    if s.checks.open_check_open_only:
        change["reconciliation.open_check_open_only"] = False
    return change


@rule(
    "E04",
    "reconciliation.open_check_interval_secs",
    "reconciliation.open_check_open_only",
    "reconciliation.open_check_missing_retries",
    "reconciliation.inflight_check_interval_ms",
    "reconciliation.position_check_interval_secs",
    "node.tolerated_outage_secs",
    "node.guards",
    proof="run",
    why="A failed query counts every order as missing: all live orders become REJECTED here, or CANCELED, and stay so,"
    " while the venue goes on filling them.",
    cure="the guards bulk_queries and answered_absence, or open_check_missing_retries that outlast the outage",
)
def missing_outlives_outage(s: Subject) -> Violation | None:
    """A live order outlives a tolerated outage."""
    r = s.checks
    found = shortest(s, timings.missing_outlived_secs, r)
    if found is None or found[0] >= s.node.tolerated_outage_secs:
        return None
    secs, _, outage = found
    return guarded(
        s,
        f"{duration(secs)} until a live order is called REJECTED {WHILE[outage]};"
        f" you tolerate {duration(s.node.tolerated_outage_secs)}",
        tuple(sorted(_GUARDS - s.guards)),
        outlasting(s, timings.missing_outlived_secs, ("open_check_missing_retries",)),
    )


@rule(
    "W21",
    "reconciliation.open_check_interval_secs",
    "reconciliation.open_check_open_only",
    proof="run",
    why="A check that asks for open orders only never learns how an order ended: it stays open here until the node is"
    " restarted, and what it traded is found by a position check alone.",
    cure="open_check_open_only = false",
)
def lost_events_are_repaired(s: Subject) -> Violation | None:
    """Something looks at more than the open orders."""
    r = s.checks
    if r.open_check_interval_secs is not None and not r.open_check_open_only:
        return None
    return Violation(
        f"a lost fill is repaired: {duration(timings.lost_fill_secs(r))};"
        f" a lost cancel: {duration(timings.lost_cancel_secs(r))}",
        change=whole_open_check(s),
    )


@rule(
    "W22",
    "reconciliation.open_check_interval_secs",
    "reconciliation.open_check_open_only",
    "reconciliation.open_check_lookback_mins",
    "facts.max_resting_order_mins",
    "node.guards",
    proof="run",
    why="An order older than the lookback is missing in every answer: it costs a query of its own again and again, and"
    " each is a chance to be called REJECTED; one that came in from outside ends the check with an error.",
    cure="the guard reports at Binance, or open_check_lookback_mins of at least the age of the oldest resting order",
)
def lookback_covers_resting_orders(s: Subject) -> Violation | None:
    """The open check looks back further than orders rest."""
    r, oldest = s.checks, s.facts.max_resting_order_mins
    if oldest is None or r.open_check_interval_secs is None or r.open_check_open_only:
        return None
    is_cured = all(client.guarded for client in s.clients)
    if r.open_check_lookback_mins >= oldest or (is_cured and _KEEPS_OPEN in s.guards):
        return None
    figure = f"the check looks back {number(r.open_check_lookback_mins)} min; orders rest up to {number(oldest)} min"
    change = {"reconciliation.open_check_lookback_mins": oldest}
    return guarded(s, figure, (_KEEPS_OPEN,), change) if is_cured else Violation(figure, change=change)


@rule(
    "W24",
    "reconciliation.open_check_interval_secs",
    "reconciliation.open_check_threshold_ms",
    "facts.venue_round_trip_ms",
    proof="read",
    why="The check infers a fill from the venue's answer, and the real fill comes after it: the order is filled twice"
    " here.",
    cure="open_check_threshold_ms above the round trip",
)
def threshold_exceeds_round_trip(s: Subject) -> Violation | None:
    """The open check waits longer than a round trip."""
    r, trip = s.checks, s.facts.venue_round_trip_ms
    if trip is None or r.open_check_interval_secs is None or r.open_check_threshold_ms > trip:
        return None
    return Violation(
        f"orders are left alone for {number(r.open_check_threshold_ms)} ms; a round trip takes {number(trip)} ms",
        change={"reconciliation.open_check_threshold_ms": 2 * trip},
    )


@rule(
    "W25",
    "reconciliation.open_check_interval_secs",
    "reconciliation.open_check_open_only",
    *(f"reconciliation.{name}" for name in _INERT),
    _AUDIT,
    "node.manage_own_order_books",
    proof="read",
    why="What was set does nothing: a check of open orders only returns before it looks at missing ones, and there are"
    " no own books to audit unless they are managed.",
    cure="open_check_open_only = false, manage_own_order_books = true, or those settings left out",
)
def nothing_inert_is_set(s: Subject) -> Violation | None:
    """No setting is given that another one makes inert."""
    r = s.checks
    fields = ReconciliationConfig.model_fields
    of_missing = r.open_check_interval_secs is not None and r.open_check_open_only
    inert = tuple(f"reconciliation.{name}" for name in _INERT if getattr(r, name) != fields[name].default)
    change: dict[str, Any] = {}
    found: tuple[str, ...] = ()
    if of_missing and inert:
        change["reconciliation.open_check_open_only"] = False
        found = inert
    if r.own_books_audit_interval_secs is not None and not s.node.manage_own_order_books:
        change["node.manage_own_order_books"] = True
        found = (*found, _AUDIT)
    if not found:
        return None
    one = len(found) == 1
    return Violation(
        f"{several([s.name(key) for key in found])} {'does' if one else 'do'} nothing",
        f"or leave {'it' if one else 'them'} out",
        change=change,
        keys=(*change, *found),
    )


@rule(
    "W32",
    "reconciliation.open_check_interval_secs",
    "reconciliation.position_check_interval_secs",
    proof="read",
    why="An answer that is older than what the stream told meanwhile is taken for news: inferred fills and positions"
    " race the real ones.",
    cure="intervals of at least 5 s",
)
def checks_are_not_hasty(s: Subject) -> Violation | None:
    """The checks that ask for everything run at most every 5 s."""
    r = s.checks
    hasty = {
        f"reconciliation.{name}": interval
        for name in ("open_check_interval_secs", "position_check_interval_secs")
        if (interval := getattr(r, name)) is not None and interval < LEAST_INTERVAL_SECS
    }
    if not hasty:
        return None
    names = {
        "reconciliation.open_check_interval_secs": "open orders",
        "reconciliation.position_check_interval_secs": "positions",
    }
    return Violation(
        several([f"{names[key]} are checked every {duration(interval)}" for key, interval in hasty.items()]),
        change=dict.fromkeys(hasty, LEAST_INTERVAL_SECS),
        keys=tuple(hasty),
    )
