"""Cutting a schedule down to what is needed to see the same thing go wrong."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from reconciliation.drill.anomalies import Anomaly, Kind
from reconciliation.drill.cuts import Change, Parts, chunks, ends, faults, kinds_of_fault, symbols, waits
from reconciliation.drill.schedule import Schedule

MOST_SECS: Final = 60.0
MOST_PLAYS: Final = 200

COARSE: Final = 3
"""How often the chunks are halved that are left out first, whatever they are: what is shorter is played sooner."""

Shows = Callable[[Sequence[Schedule]], Sequence[bool]]
"""Plays schedules and says of each, in their order, whether the same still goes wrong."""


class Shrunk(Struct, frozen=True):
    """What is left.

    Attributes:
        schedule: the smallest that was found to show it.
        plays: how many were played.
        is_minimal: whether no step more can be left out; otherwise the time was up.
    """

    schedule: Schedule
    plays: int
    is_minimal: bool


class Shrinking:
    """One schedule that is cut down.

    Args:
        schedule: one that shows it.
        shows: plays candidates.
        at_once: how many candidates are played together; of those that show it the first is taken.
        tell: told of the smallest so far, and how many were played.
        most_secs: how long it may take, by the clock.
        most_plays: how many may be played.
    """

    def __init__(  # noqa: PLR0913 - what bounds it
        self,
        schedule: Schedule,
        shows: Shows,
        *,
        at_once: int = 1,
        tell: Callable[[Schedule, int], None] = lambda _schedule, _plays: None,
        most_secs: float = MOST_SECS,
        most_plays: int = MOST_PLAYS,
    ) -> None:
        self._parts = Parts.of(schedule)
        self._shows = shows
        self._at_once = at_once
        self._tell = tell
        self._until = time.monotonic() + most_secs
        self._most_plays = most_plays
        self._plays = 0
        self._seen = {schedule.model_dump_json()}

    def run(self) -> Shrunk:
        """Cut it down as far as it goes in the time there is."""
        try:
            while self._once():
                pass
        except _TimeUpError:
            return Shrunk(self._parts.schedule(), self._plays, is_minimal=False)
        return Shrunk(self._parts.schedule(), self._plays, is_minimal=True)

    def _once(self) -> bool:
        """Cut in every way, the coarsest first; return whether anything could be left out."""
        found = [self._take(ends(self._parts))]
        found += self._in_chunks(len(self._parts.steps) // 2, COARSE, in_time=False)
        found += [self._take(cut(self._parts)) for cut in (symbols, kinds_of_fault, faults)]
        found += self._in_chunks(len(self._parts.steps) // 2, len(self._parts.steps), in_time=True)
        found += [self._take(waits(self._parts))]
        return any(found)

    def _in_chunks(self, size: int, times: int, *, in_time: bool) -> Iterator[bool]:
        """Leave out chunks, each time half as long; yield whether any could be left out."""
        while size and times:
            yield self._take(chunks(self._parts, size, in_time=in_time))
            size, times = size // 2, times - 1

    def _take(self, changes: Iterable[Change]) -> bool:
        """Make each change that still shows it, one after the other; return whether there was one."""
        left, taken = list(changes), False
        while left:
            batch = [change(self._parts) for change in left[: self._at_once]]
            first = self._first(batch)
            if first is None:
                left = left[self._at_once :]
                continue
            self._parts, left, taken = batch[first], left[first + 1 :], True
            self._tell(self._parts.schedule(), self._plays)
        return taken

    def _first(self, batch: Sequence[Parts]) -> int | None:
        """Return the place of the first that shows it; what was seen before did not."""
        schedules = {place: parts.schedule() for place, parts in enumerate(batch)}
        texts = {place: schedule.model_dump_json() for place, schedule in schedules.items()}
        new = [place for place, text in texts.items() if text not in self._seen]
        if not new:
            return None
        if time.monotonic() >= self._until or self._plays >= self._most_plays:
            raise _TimeUpError
        self._seen.update(texts.values())
        self._plays += len(new)
        shown = self._shows([schedules[place] for place in new])
        return next((place for place, does in zip(new, shown, strict=True) if does), None)


def telling(anomalies: Iterable[Anomaly]) -> Kind:
    """Return the kind among anomalies that says most; there is at least one."""
    return min({anomaly.kind for anomaly in anomalies}, key=list(Kind).index)


class _TimeUpError(Exception):
    """No more may be played."""
