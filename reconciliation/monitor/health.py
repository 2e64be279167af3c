"""Whether a node lives and whether it is ready, and why not: what an orchestrator asks."""

from collections.abc import Iterator
from typing import Final

from reconciliation.monitor.status import CheckStatus, Picture, State

BEAT_SECS: Final = 1.0
"""From one heartbeat of the event loop to the next."""
STALLED_SECS: Final = 30.0
"""A loop that has not been at work for so long is stalled; a reconciliation of 10,000 orders takes less."""
LATE: Final = 3.0
"""A check is late once it has not gone well for so many of its periods and what one run may take."""
RUN_SECS: Final = 30.0
"""What one run of a check may take; the limit that is promised is 5 s."""


def unhealthy(picture: Picture, now: float) -> str:
    """Return why a node does not live, empty where it does; its loop is all that counts.

    Args:
        picture: of the node.
        now: seconds since the epoch.
    """
    silent = now - picture.heartbeat
    return f"the event loop has been silent for {silent:.0f} s" if silent > STALLED_SECS else ""


def missing(picture: Picture, now: float) -> dict[str, str]:
    """Return what a node lacks to be ready, by a word for it, each with the reason; empty where it is ready."""
    return dict(_missing(picture, now))


def _missing(picture: Picture, now: float) -> Iterator[tuple[str, str]]:
    if picture.is_over:
        yield "ended", picture.reason or "it has stopped"
        return
    if reason := unhealthy(picture, now):
        yield "loop", reason
    if picture.state not in {State.MONITORING, State.ERROR}:
        yield "started", f"it is {picture.state}"
    elif picture.state is State.ERROR:
        yield "checks" if picture.reconciled else "reconciled", picture.reason
    for check, status in picture.checks.items():
        if picture.state is State.MONITORING and (age := _late(status, picture.since, now)):
            yield check.value, f"it went well {age:.0f} s ago, and its period is {status.period_secs:g} s"


def _late(check: CheckStatus, since: float, now: float) -> float:
    """Return how long ago a check went well, where that is too long; 0 otherwise."""
    if check.period_secs is None:
        return 0.0
    age = now - max(check.succeeded, since)
    return age if age > LATE * check.period_secs + RUN_SECS else 0.0
