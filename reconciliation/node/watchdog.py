"""Is the node stuck? It does not do its work, and nothing but another start will have it do it again.

A venue that is away is no such case: its checks fail, the gate closes, and when the venue is back they go well again;
an exit would make a loop of restarts of an outage. So a check counts as stuck only when the loop that runs it does
nothing at all: it neither begins nor ends a check, and has no answer, not even a time limit that has passed. That the
check has not gone well for three periods is what closes the gate, and is judged there.
"""

import time
from collections.abc import Callable, Iterator
from typing import Final

from reconciliation.engine.lifecycle import Event, Stuck
from reconciliation.monitor.status import Picture, Status
from reconciliation.node.gatekeeper import lasts, silent
from reconciliation.rules.stages import startup_secs
from reconciliation.settings import Settings

SPARE_SECS: Final = 10.0
"""By how much a start may exceed its own limits: a long history is one stretch in which no limit can be seen."""
NO_TRADER: Final = "the trader does not run, and the engine does"


def start_limit(settings: Settings) -> float:
    """Return the seconds after which a start is stuck: each of its stages has a limit, and should have ended by it."""
    return sum(startup_secs(settings.node, reconciles=settings.reconciliation.enabled).values()) + SPARE_SECS


class Watchdog:
    """Judges a node, and says so once for each reason.

    Args:
        settings: of the node.
        emit: told of `Stuck`.
        exits: called when the node is to end.
    """

    def __init__(self, settings: Settings, emit: Callable[[Event], None], exits: Callable[[str], None]) -> None:
        self._settings = settings
        self._emit = emit
        self._exits = exits
        self._told: frozenset[str] = frozenset()

    def judge(self, status: Status, *, is_idle: bool, now: float) -> None:
        """Judge a node that trades.

        Args:
            status: of the node.
            is_idle: whether its trader does not run though nobody stopped it.
            now: the clock, seconds since the epoch.
        """
        picture = status.picture
        found = frozenset(self._reasons(picture, is_idle=is_idle, now=now))
        for reason in sorted(found - self._told):
            self.found(reason)
        self._told = found

    def found(self, reason: str) -> None:
        """Tell of a reason, and end the node where that is wanted."""
        self._emit(Stuck(reason))
        if self._settings.node.on_stuck == "exit":
            self._exits(reason)

    def _reasons(self, picture: Picture, *, is_idle: bool, now: float) -> Iterator[str]:
        if not picture.started or picture.is_over:
            return
        if is_idle:
            yield NO_TRADER
        alive = max(picture.counted.checks_alive, picture.started + self._settings.reconciliation.startup_delay_secs)
        tick = min((status.period_secs for status in picture.checks.values() if status.period_secs), default=0.0)
        patience = lasts(tick, self._settings) + self._settings.node.tolerated_outage_secs
        if now - alive > patience and any(silent(picture, self._settings, now)):
            since = time.strftime("%H:%M:%S", time.gmtime(alive))
            yield f"the loop of the checks has done nothing since {since} UTC"
