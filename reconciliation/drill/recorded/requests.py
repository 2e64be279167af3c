"""What the venue was asked, folded: a check asks the same thing hundreds of times."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct, field

GRAIN: Final = 440
"""How many times a run is told apart in: as many as can be drawn."""


class Calls(Struct, frozen=True, kw_only=True):
    """All requests of one name.

    Attributes:
        call: method and path, `GET /fapi/v1/openOrders`.
        asked: how often.
        failed: how often the answer was an error, or there was none because the connection broke.
        at: when, in seconds since the run began; what is too close to be told apart is left out.
        failed_at: when it failed, likewise.
    """

    call: str
    asked: int
    failed: int
    at: tuple[float, ...]
    failed_at: tuple[float, ...]


class Requests(Struct):
    """Counts requests as they come."""

    _asked: dict[str, list[float]] = field(default_factory=dict)
    _failed: dict[str, list[float]] = field(default_factory=dict)

    def asked(self, secs: float, call: str) -> None:
        """Take a request."""
        self._asked.setdefault(call, []).append(secs)

    def failed(self, secs: float, call: str) -> None:
        """Take an answer that is none."""
        self._failed.setdefault(call, []).append(secs)

    def all(self, end: float) -> tuple[Calls, ...]:
        """Return them by name, the most frequent first."""
        calls = (
            Calls(
                call=call,
                asked=len(times),
                failed=len(self._failed.get(call, ())),
                at=_told_apart(times, end),
                failed_at=_told_apart(self._failed.get(call, ()), end),
            )
            for call, times in self._asked.items()
        )
        return tuple(sorted(calls, key=lambda each: (-each.asked, each.call)))


def _told_apart(times: Iterable[float], end: float) -> tuple[float, ...]:
    grain = end / GRAIN or 1.0
    return tuple({round(time / grain): round(time, 3) for time in times}.values())
