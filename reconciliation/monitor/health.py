"""Whether a node lives and whether it is ready, and why not: what an orchestrator asks."""

from collections.abc import Iterator
from typing import Final

from reconciliation.monitor.status import Check, Picture, State

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
        yield "ended", picture.reason or "it stops, or has stopped"
        return
    if reason := unhealthy(picture, now):
        yield "loop", reason
    if picture.state not in {State.MONITORING, State.ERROR}:
        yield "started", f"it is {picture.state}"
    elif picture.state is State.ERROR:
        yield "checks" if picture.reconciled else "reconciled", picture.reason
    if picture.cache is not None and not picture.cache.is_reachable:
        yield "cache", f"its database has not answered for {now - picture.cache.since:.0f} s: {picture.cache.reason}"
    elif picture.cache is not None and picture.cache.is_behind:
        yield "cache", "its database was away, and has not been compared with the cache yet"
    for check, status in picture.checks.items():
        if picture.state is State.MONITORING and status.is_on and now > (late := late_at(picture, check)):
            yield check.value, f"it has been late for {now - late:.0f} s, and its period is {status.period_secs:g} s"


def late_at(picture: Picture, check: Check) -> float:
    """Return when a check that is on will be late unless it goes well before; 0 while the trader does not run.

    A check that fails again and again is late too, and the state `ERROR` does not begin its time anew.
    """
    status = picture.checks[check]
    if status.period_secs is None or not picture.started or picture.is_over:
        return 0.0
    return max(status.succeeded, picture.started) + LATE * status.period_secs + RUN_SECS
