"""Closes the gate while the node's picture is stale or in doubt, and opens it again; every reason is told.

The picture is stale when a check has not gone well for three of its periods and what one run may take; in doubt when
the cache's database does not take what is written, or has not been compared with the cache since, or when something
that node and venue differ in lasts as long.
"""

from collections.abc import Callable, Iterator
from typing import Final

from reconciliation.engine.generation import Gate
from reconciliation.engine.lifecycle import CacheBack, CacheLost, Event, GateClosed, GateOpened, WritesMended
from reconciliation.monitor.status import Check, Discrepancy, Picture, Status
from reconciliation.settings import Settings

PERIODS: Final = 3
"""How often a check may fail, or not run, in a row."""
UNSETTLED: Final = {
    Discrepancy.ORDER_BEHIND: "an order is behind the venue",
    Discrepancy.ORDER_MISSING: "an order that is open here is not at the venue",
    Discrepancy.POSITION: "a position differs from the venue's",
}


def silent(picture: Picture, settings: Settings, now: float) -> Iterator[Check]:
    """Yield the checks that have not gone well for three of their periods and what one run may take.

    Args:
        picture: of a node whose trader runs.
        settings: of the node.
        now: seconds since the epoch.
    """
    due = picture.started + settings.reconciliation.startup_delay_secs
    for check, status in picture.checks.items():
        if status.period_secs is not None and now - max(status.succeeded, due) > lasts(status.period_secs, settings):
            yield check


def lasts(period_secs: float, settings: Settings) -> float:
    """Return for how many seconds a check may fail, or not run, in a row."""
    return PERIODS * period_secs + settings.node.timeout_report


class Gatekeeper:
    """Judges the picture of one node whenever it is told to.

    Args:
        status: of the node.
        settings: of the node.
        gate: None where its state is only told.
        emit: told of `GateClosed` and `GateOpened`.
        now: the clock, seconds since the epoch.
    """

    def __init__(
        self,
        status: Status,
        settings: Settings,
        gate: Gate | None,
        emit: Callable[[Event], None],
        now: Callable[[], float],
    ) -> None:
        self._status = status
        self._gate = gate
        self._emit = emit
        self._now = now
        self._settings = settings
        self._since: dict[Discrepancy, float] = {}
        self._closed: float | None = None
        self._reason = ""

    def __call__(self, event: Event) -> None:
        """Judge at once what cannot wait for the next second."""
        if isinstance(event, CacheLost | CacheBack | WritesMended):
            self.judge()

    def judge(self) -> None:
        """Close the gate, or open it."""
        now, picture = self._now(), self._status.picture
        if picture.is_over:  # what the stop of strategies sends is judged as before
            return
        unsettled = picture.counted.discrepancies
        self._since = {kind: self._since.get(kind, now) for kind in UNSETTLED if unsettled.get(kind)}
        reason = "; ".join(self._reasons(picture, now)) if picture.started else ""
        if reason:
            if self._gate is not None:
                self._gate.close(reason)
            if self._closed is None:
                self._closed = now
                self._emit(GateClosed(reason, is_enforced=self._gate is not None))
        elif self._closed is not None:
            closed, self._closed = self._closed, None
            if self._gate is not None:
                self._gate.open()
            self._emit(GateOpened(now - closed))

    def _reasons(self, picture: Picture, now: float) -> Iterator[str]:
        if picture.cache is not None and not picture.cache.is_reachable:
            yield "the cache's database does not take what is written"
        elif picture.cache is not None and picture.cache.is_behind:
            yield "the cache's database was away, and has not been compared with the cache yet"
        for check in silent(picture, self._settings, now):
            yield f"the check of {check.value} has not gone well for {PERIODS} periods"
        periods = (status.period_secs or 0.0 for status in picture.checks.values())
        patience = lasts(max(periods, default=0.0), self._settings)
        for kind, since in self._since.items():
            if now - since > patience:
                yield UNSETTLED[kind]
        if any(now - since > patience for since in picture.counted.held_absent.values()):
            yield "something is missing in the venue's answers and is not believed gone"
