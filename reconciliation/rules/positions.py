"""Rules about positions."""

from math import ceil
from typing import Any

from reconciliation.rules import timings
from reconciliation.rules.figures import counted, duration
from reconciliation.rules.finding import Violation, rule
from reconciliation.rules.inflight import guarded
from reconciliation.rules.orders import whole_open_check
from reconciliation.rules.subject import Subject

_INTERVAL = "reconciliation.position_check_interval_secs"
_RETRIES = "reconciliation.position_check_retries"
_GENERATE = "reconciliation.generate_missing_orders"


def _every(s: Subject) -> str:
    """Return how often positions are checked, in words."""
    return f"positions are checked every {duration(s.checks.position_check_interval_secs)}"


@rule(
    "E05",
    _INTERVAL,
    _GENERATE,
    "node.guards",
    proof="run",
    why="One empty answer books a synthetic order that closes the position here, and nothing but another synthetic"
    " order ever opens it again.",
    cure="the guard confirmed_positions, or no position check",
)
def absence_is_confirmed(s: Subject) -> Violation | None:
    """An absent position is confirmed before anything is booked."""
    r = s.checks
    if r.position_check_interval_secs is None or not r.generate_missing_orders or "confirmed_positions" in s.guards:
        return None
    return guarded(
        s,
        f"{_every(s)}; one empty answer is believed",
        ("confirmed_positions",),
        {_INTERVAL: None, **whole_open_check(s)},
    )


@rule(
    "E06",
    _INTERVAL,
    _RETRIES,
    proof="run",
    why="With no attempts the check asks the venue, sees that a position differs, and does nothing.",
    cure="position_check_retries of at least 1",
)
def position_check_acts(s: Subject) -> Violation | None:
    """The position check acts."""
    r = s.checks
    if r.position_check_interval_secs is None or r.position_check_retries >= 1:
        return None
    return Violation(
        f"{_every(s)}, with {counted(r.position_check_retries, 'attempt')} at a difference", change={_RETRIES: 3}
    )


@rule(
    "E07",
    "reconciliation.filter_position_reports",
    _INTERVAL,
    proof="run",
    why="filter_position_reports works at startup only: the first position check imports the other node's position.",
    cure="no position check where position reports are filtered",
)
def filtered_positions_stay_out(s: Subject) -> Violation | None:
    """What startup leaves out, the position check leaves out."""
    if not s.checks.filter_position_reports or s.checks.position_check_interval_secs is None:
        return None
    return Violation(f"position reports are filtered, and {_every(s)}", change={_INTERVAL: None})


@rule(
    "E09",
    "node.position_mode",
    _INTERVAL,
    proof="run",
    why="The check knows one position an instrument: the two legs of a hedging account collapse into one, and it tries"
    " to reconcile them for ever.",
    cure="no position check on a hedging account",
)
def hedging_is_not_checked(s: Subject) -> Violation | None:
    """A hedging account has no position check."""
    if s.node.position_mode != "hedging" or s.checks.position_check_interval_secs is None:
        return None
    return Violation(f"the account is hedging, and {_every(s)}", change={_INTERVAL: None})


@rule(
    "E10",
    "node.position_mode",
    "reconciliation.enabled",
    _GENERATE,
    proof="run",
    why="A hedging position that fills do not explain fails startup reconciliation, and the node stays up without its"
    " trader.",
    cure="generate_missing_orders = true on a hedging account",
)
def hedging_generates_orders(s: Subject) -> Violation | None:
    """A hedging account may have missing orders generated."""
    r = s.reconciliation
    if s.node.position_mode != "hedging" or r.generate_missing_orders or not r.enabled:
        return None
    return Violation("the account is hedging, and missing orders are not generated", change={_GENERATE: True})


@rule(
    "E21",
    _INTERVAL,
    _RETRIES,
    "reconciliation.inflight_check_interval_ms",
    "reconciliation.open_check_interval_secs",
    "node.tolerated_outage_secs",
    "node.guards",
    proof="run",
    why="Failed queries use up the attempts: the check gives up while the venue is away, and does not try again when it"
    " is back.",
    cure="the guard patient_positions, or more position_check_retries",
)
def position_check_outlasts_outage(s: Subject) -> Violation | None:
    """The position check outlasts a tolerated outage."""
    given_up = timings.position_gives_up_secs(s.checks, s.guards)
    tolerated = s.node.tolerated_outage_secs
    if given_up is None or given_up >= tolerated:
        return None
    period = timings.periods(s.checks).position_secs or tolerated
    enough = ceil(tolerated / period) + 1
    return guarded(
        s,
        f"{duration(given_up)} until the position check gives up on a difference; you tolerate {duration(tolerated)}",
        ("patient_positions",),
        {_RETRIES: enough} if s.takes({"position_check_retries": enough}) else {},
        keys=(_INTERVAL, _RETRIES, "node.tolerated_outage_secs", "node.guards"),
    )


@rule(
    "W34",
    "facts.account_shared",
    "reconciliation.filter_position_reports",
    _INTERVAL,
    proof="read",
    why="The venue reports one position for both nodes, and each node books the other's share as its own.",
    cure="filter_position_reports, no position check, and a trader id of its own for each node",
)
def shared_account_filters_positions(s: Subject) -> Violation | None:
    """Two nodes on one account do not book each other's positions."""
    r = s.reconciliation
    if not s.facts.account_shared or r.filter_position_reports:
        return None
    wanted: dict[str, Any] = {"reconciliation.filter_position_reports": True}
    if r.position_check_interval_secs is not None:
        wanted[_INTERVAL] = None
    return Violation(
        "another node trades this account, and its positions are reconciled here",
        "and give each node a trader id of its own",
        change=wanted,
    )
