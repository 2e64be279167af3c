"""The time axis of a run: where a second is drawn, and which of them are named."""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

WIDTH: Final = 860
"""Of the drawing, in CSS pixels; on a narrow screen it scrolls in its own box."""
_EDGE: Final = 16
_MOST_TICKS: Final = 10
_STEPS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400)
_MINUTE: Final = 60
_HOUR: Final = 3_600
_LONG: Final = 2 * _MINUTE
"""From here on seconds are told as minutes and seconds."""


class Axis(Struct, frozen=True):
    """The time of one run, from left to right.

    Attributes:
        secs: how long it lasted.
    """

    secs: float

    def x(self, secs: float) -> float:
        """Return where a time is drawn."""
        share = min(max(secs / self.secs, 0.0), 1.0) if self.secs else 0.0
        return round(_EDGE + share * (WIDTH - 2 * _EDGE), 1)

    @property
    def unit(self) -> str:
        """What the names of its times mean."""
        if self.secs >= _HOUR:
            return "time, h:min"
        return "time, min:s" if self.secs >= _LONG else "time, s"

    def ticks(self) -> Iterator[tuple[float, str]]:
        """Yield the times that are named, with where they are drawn."""
        step = next((step for step in _STEPS if self.secs / step <= _MOST_TICKS), _STEPS[-1])
        for number in range(int(self.secs // step) + 1):
            yield self.x(number * step), _named(number * step, self.secs)


def _named(secs: int, longest: float) -> str:
    if longest >= _HOUR:
        return f"{secs // _HOUR}:{secs % _HOUR // _MINUTE:02}"
    return f"{secs // _MINUTE}:{secs % _MINUTE:02}" if longest >= _LONG else f"{secs}"
