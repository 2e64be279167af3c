"""Virtual time: it moves only when everybody waits, and then to the next thing that is due."""

import heapq
from collections.abc import Callable
from itertools import count
from typing import Final, Protocol

SECOND_NS: Final = 1_000_000_000


class Ticking(Protocol):
    """A clock that is moved from outside."""

    def due_ns(self) -> int | None:
        """Return when its next timer is due; None where it has none."""

    def move_to(self, ns: int) -> None:
        """Move it, and let what is due happen."""


class VirtualTime:
    """The time of one run.

    Args:
        start_ns: when it begins, nanoseconds since the epoch.
    """

    def __init__(self, start_ns: int) -> None:
        self.start_ns = start_ns
        self.now_ns = start_ns
        self.clocks: list[Ticking] = []
        self._actions: list[tuple[int, int, Callable[[], None]]] = []
        self._numbers = count()

    def secs(self) -> float:
        """Seconds since the start; small enough that a float tells nanoseconds apart for months."""
        return (self.now_ns - self.start_ns) / SECOND_NS

    def at(self, ns: int, action: Callable[[], None]) -> None:
        """Have something done at a time; what is due already is done at the next move."""
        heapq.heappush(self._actions, (max(ns, self.now_ns), next(self._numbers), action))

    def move(self, limit_ns: int | None) -> None:
        """Move to whatever is due first, or to the limit, and let it happen.

        Raises:
            RuntimeError: nothing is due and there is no limit, so that nothing would ever happen again.
        """
        dues = [due for clock in self.clocks if (due := clock.due_ns()) is not None]
        if self._actions:
            dues.append(self._actions[0][0])
        if limit_ns is not None:
            dues.append(limit_ns)
        if not dues:
            raise RuntimeError("virtual time stands still: nobody waits for anything that can come")
        self.now_ns = max(self.now_ns, min(dues))
        for clock in self.clocks:
            clock.move_to(self.now_ns)
        while self._actions and self._actions[0][0] <= self.now_ns:
            _, _, action = heapq.heappop(self._actions)
            action()
