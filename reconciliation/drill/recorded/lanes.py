"""What happened in a run, lane by lane: single moments, and spans that begin and end."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

FOLDED_SECS: Final = 60.0
"""What repeats itself within so long is told once, with how often."""


SEEDED: Final = "seed_"
"""What the names of those orders begin with that the account had before."""


class Lane(StrEnum):
    """Whose doing it was, from the cause to the effect."""

    DRILL = "drill"
    VENUE = "venue"
    STREAM = "stream"
    NODE = "node"
    REQUESTS = "requests"
    ORDERS = "orders"
    JUDGED = "judged"


class Mark(StrEnum):
    """How a moment is drawn."""

    TICK = "tick"
    TRADE = "trade"
    WRONG = "wrong"
    """Something failed, was refused, or is wrong."""


class Shade(StrEnum):
    """How a span is drawn."""

    FAULT = "fault"
    STARTING = "starting"
    UP = "up"
    AGREED = "agreed"


class Moment(Struct, frozen=True, kw_only=True):
    """One thing that happened, or the same thing several times.

    Attributes:
        secs: since the run began; the first time.
        text: what, in one line.
        times: how often.
        until: the last time.
        is_routine: whether it may be told once for many times; what nobody may miss is never folded.
    """

    secs: float
    lane: Lane
    text: str
    mark: Mark = Mark.TICK
    times: int = 1
    until: float | None = None
    is_routine: bool = False


class Span(Struct, frozen=True, kw_only=True):
    """Something that lasted, in seconds since the run began."""

    begin: float
    end: float
    lane: Lane
    shade: Shade
    text: str


def of_order(  # noqa: PLR0913 - what there is to say of it
    secs: float, lane: Lane, order: str, what: str, detail: str = "", mark: Mark = Mark.TICK
) -> Moment:
    """Return what became of an order; of the thousands that a history may have, only how many."""
    if order.startswith(SEEDED):
        return Moment(secs=secs, lane=lane, text=f"an order of the history: {what}", mark=mark, is_routine=True)
    return Moment(secs=secs, lane=lane, text=f"{order} {what}{detail}", mark=mark)


def folded(moments: Iterable[Moment]) -> tuple[Moment, ...]:
    """Return moments in the order of their times; routine that repeats itself within a while is one."""
    found: list[Moment] = []
    latest: dict[tuple[Lane, str], int] = {}
    for moment in sorted(moments, key=lambda each: each.secs):
        key = moment.lane, moment.text
        place = latest.get(key)
        if not moment.is_routine:
            found.append(moment)
            continue
        if place is not None and moment.secs - (found[place].until or found[place].secs) <= FOLDED_SECS:
            found[place] = replace(found[place], times=found[place].times + 1, until=moment.secs)
            continue
        latest[key] = len(found)
        found.append(moment)
    return tuple(found)
