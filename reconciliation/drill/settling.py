"""Within which time a run must settle: what `recon plan` predicts of its settings, so that every run tests the plan."""

from collections.abc import Mapping
from typing import Final

from reconciliation.rules.plan import Plan
from reconciliation.settings import Settings

RECONNECTED_WITHIN_SECS: Final = 31.0
"""The longest delay between two attempts of the stream to connect again; 30.2 s were measured."""
LEAST_SILENCE_SECS: Final = 10.0


def repairs(planned: Plan, settings: Settings) -> Mapping[str, float | None]:
    """Return what the checks bring to an end and how long each takes at the latest, in seconds; None is never.

    Args:
        planned: of the settings.
        settings: what was resolved.
    """
    submitted, accepted = planned.submitted["no_such_order"], planned.accepted["no_such_order"]
    position = planned.periods.position_secs
    return {
        "a lost fill": planned.lost_fill,
        "a lost cancel": planned.lost_cancel,
        "a lost acknowledgement": planned.lost_ack,
        "an order that never arrived": None if submitted is None else submitted.latest_secs,
        "an order that is gone": None if accepted is None else accepted.latest_secs,
        "a differing position": (
            None if position is None else position + settings.reconciliation.position_check_threshold_ms / 1_000
        ),
    }


def settle_secs(planned: Plan, settings: Settings) -> float:
    """Return within how many seconds of the healing a node must agree with its venue.

    It is the longest that any repair takes by the plan, and before it what may still be under way when all heals: one
    report query until it is given up, one delay of the stream before it connects again, and the delay of a node that
    has just started before its checks begin. Plans hold to within one tick of the check loop. A repair that the plan
    says never comes counts as the longest that is known; `never_repaired` names it.

    Args:
        planned: of the settings.
        settings: what was resolved.
    """
    longest = max((secs for secs in repairs(planned, settings).values() if secs is not None), default=0.0)
    under_way = settings.node.timeout_report + RECONNECTED_WITHIN_SECS + planned.delay
    return longest + under_way + (planned.periods.tick_secs or 0.0)


def never_repaired(planned: Plan, settings: Settings) -> tuple[str, ...]:
    """Return what the plan says is never brought to an end, so that no time follows from it."""
    return tuple(what for what, secs in repairs(planned, settings).items() if secs is None)


def silence_secs(planned: Plan) -> float:
    """Return for how many seconds nothing may be corrected after that: each check has run twice by then.

    A node that was started again begins its checks only after a delay.
    """
    periods = planned.periods
    slowest = max(periods.inflight_secs or 0.0, periods.open_secs or 0.0, periods.position_secs or 0.0)
    return 2 * slowest + max(planned.delay, LEAST_SILENCE_SECS)
