"""What is wrong with the venue as a whole: nobody reaches it, its clock is off, its account is of another kind."""

from collections.abc import Callable


class VenueState:
    """The venue's clock, and whether it can be reached.

    Args:
        true_now_ms: the true time, milliseconds since the epoch.

    Attributes:
        is_away: connections break without an answer, and none is taken.
        skew_ms: how far the venue's clock is ahead of the true one.
    """

    def __init__(self, true_now_ms: Callable[[], int]) -> None:
        self._true_now_ms = true_now_ms
        self.is_away = False
        self.skew_ms = 0

    def now_ms(self) -> int:
        """The venue's own time, milliseconds since the epoch."""
        return self._true_now_ms() + self.skew_ms
