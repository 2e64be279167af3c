"""How long things took, as a histogram that never forgets and never grows."""

from bisect import bisect_left
from typing import Final, Self

from msgspec import Struct

CHECK_SECS: Final = 5.0
"""What one run of a check may take."""
STARTUP_SECS: Final = 30.0
"""What a startup reconciliation may take."""
BOUNDS_SECS: Final = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0)
"""Upper bounds; both limits are among them."""


class Durations(Struct, frozen=True):
    """A histogram of durations.

    Attributes:
        counts: how many ended within each bound and not within the one before; the last are those beyond all.
        total_secs: all of them together.
    """

    counts: tuple[int, ...] = (0,) * (len(BOUNDS_SECS) + 1)
    total_secs: float = 0.0

    def with_one(self, secs: float) -> Self:
        """Return the histogram with one more."""
        place = bisect_left(BOUNDS_SECS, secs)
        counts = tuple(count + (index == place) for index, count in enumerate(self.counts))
        return type(self)(counts, self.total_secs + secs)

    def buckets(self) -> tuple[tuple[str, int], ...]:
        """Return how many took no longer than each bound, as Prometheus has it: the last bound is `+Inf`."""
        bounds = [*(str(bound) for bound in BOUNDS_SECS), "+Inf"]
        return tuple((bound, sum(self.counts[: index + 1])) for index, bound in enumerate(bounds))
