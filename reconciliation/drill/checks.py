"""What a scenario may claim of a run beside agreement, and how that is judged: values go in, anomalies come out."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, Literal

from msgspec import Struct

from reconciliation.config import ReconciliationConfig
from reconciliation.drill.anomalies import Anomaly, Kind
from reconciliation.drill.operation import Operation
from reconciliation.engine.books import Books
from reconciliation.rules.timings import periods
from reconciliation.settings import Settings

WORK_SECS: Final = 1.0
"""What the checks themselves may take, where the venue answers at once."""
_UNITS: Final = {"_ms": 0.001, "_secs": 1.0, "_mins": 60.0}


class Asked(Operation):
    """The venue was asked a call, so often and when the settings say so; nothing is claimed of a check that is off.

    Attributes:
        call: `GET /fapi/v1/openOrders`.
        since: what it is counted from: an event of the node's life or a call, by its name, the last time it came.
        least: how often at the least.
        most: how often at the most.
        after: the setting that says how long not at all, `reconciliation.startup_delay_secs`.
        every: the setting that says how far apart, `reconciliation.open_check_interval_secs`.
    """

    do: Literal["asked"] = "asked"
    call: str
    since: str = "Verified"
    least: int = 1
    most: int | None = None
    after: str | None = None
    every: str | None = None


class Refused(Operation):
    """The node does not start, and says why."""

    do: Literal["refused"] = "refused"
    reason: str
    within_secs: float = 120.0


class Holds(Operation):
    """The node's memory holds so many orders at the most."""

    do: Literal["holds"] = "holds"
    orders: int


class Asking(Struct, frozen=True):
    """When the venue was asked a call, in seconds of one clock.

    Attributes:
        since: from when on it is counted.
        times: each time after that, in their order.
        now: until when.
        jitter_secs: how late a call may have come in, whenever it was sent.
    """

    since: float
    times: Sequence[float]
    now: float
    jitter_secs: float = 0.0


def off_time(claim: Asked, asking: Asking, settings: Settings) -> Iterator[Anomaly]:
    """Name every way in which a call was not asked as claimed, within a turn of the check loop."""
    after, every = (_secs(settings, key) for key in (claim.after, claim.every))
    if (claim.every is not None and every is None) or (claim.after is not None and after is None):
        return
    count, times = len(asking.times), [time - asking.since for time in asking.times]
    if count < claim.least or (claim.most is not None and count > claim.most):
        wanted = f"at least {claim.least}" if claim.most is None else f"{claim.least} to {claim.most}"
        yield _off_time(claim, f"{count} times since {claim.since}, {wanted} wanted")
    if after is not None and times and times[0] < after:
        yield _off_time(claim, f"{times[0]:.1f} s after {claim.since}, not before {after:g} s wanted")
    if every is None:
        return
    latest = every + _slack_secs(claim.every or "", settings.reconciliation) + asking.jitter_secs
    begin = after or 0.0
    for before, time in pairwise([begin, *times, asking.now - asking.since]):
        if time - before > latest:
            yield _off_time(
                claim, f"nothing from {before:.1f} s to {time:.1f} s after {claim.since}, every {every:g} s wanted"
            )
    for before, time in pairwise(times):
        if time - before < every - WORK_SECS / 10 - asking.jitter_secs:
            yield _off_time(claim, f"at {before:.1f} s and {time:.1f} s after {claim.since}, every {every:g} s wanted")


def _off_time(claim: Asked, text: str) -> Anomaly:
    return Anomaly(Kind.NOT_ON_TIME, claim.call, text)


def _slack_secs(key: str, r: ReconciliationConfig) -> float:
    """Return how much later than its interval a check may come: what is due waits for the loop's next turn.

    An unanswered order is due by its own threshold, and looked at by the in-flight check; one that has run out of
    retries is held at one look and asked for at the next.
    """
    turns = periods(r)
    waited = 2 * (turns.inflight_secs or 0.0) if key.startswith("reconciliation.inflight") else turns.tick_secs
    return (waited or 0.0) + WORK_SECS


def _secs(settings: Settings, key: str | None) -> float | None:
    """Return a setting in seconds; None where it is off."""
    if key is None:
        return None
    section, _, name = key.partition(".")
    value = getattr(getattr(settings, section), name)
    unit = next(unit for suffix, unit in _UNITS.items() if name.endswith(suffix))
    return None if value is None else value * unit


def not_refused(claim: Refused, reason: str | None) -> Iterator[Anomaly]:
    """Name it when a node started, or refused for another reason.

    Args:
        claim: the reason that is expected, or a part of it.
        reason: why it refused; None where it did not.
    """
    if reason is None:
        yield Anomaly(Kind.NOT_REFUSED, "node", f"it was to refuse: {claim.reason}")
    elif claim.reason not in reason:
        yield Anomaly(Kind.NOT_REFUSED, "node", f"it was to refuse: {claim.reason}; it refused: {reason}")


def not_forgotten(claim: Holds, books: Books) -> Iterator[Anomaly]:
    """Name it when more orders are held than claimed."""
    if len(books.orders) > claim.orders:
        yield Anomaly(Kind.NOT_FORGOTTEN, "node", f"{len(books.orders)} orders held, at most {claim.orders} wanted")
