"""The engine's clock in virtual time."""

from collections.abc import Callable
from typing import Any

from nautilus_trader.common.component import TestClock

from reconciliation.engine.v1.simulated.time import VirtualTime


def clock_class(time: VirtualTime) -> Callable[[], TestClock]:
    """Return the class of clocks that move with a time; the kernel makes one for itself and one for each strategy."""

    class SimulatedClock(TestClock):  # type: ignore[misc]
        """The engine's own test clock, moved by virtual time."""

        def __init__(self) -> None:
            super().__init__()
            self.set_time(time.now_ns)
            self._is_stale = True
            self._due_ns: int | None = None
            time.clocks.append(self)

        def set_time_alert_ns(self, *args: Any, **kwargs: Any) -> None:
            super().set_time_alert_ns(*args, **kwargs)
            self._is_stale = True

        def set_timer_ns(self, *args: Any, **kwargs: Any) -> None:
            super().set_timer_ns(*args, **kwargs)
            self._is_stale = True

        def cancel_timer(self, name: str) -> None:
            super().cancel_timer(name)
            self._is_stale = True

        def cancel_timers(self) -> None:
            super().cancel_timers()
            self._is_stale = True

        def due_ns(self) -> int | None:
            """Return when its next timer is due."""
            if self._is_stale:
                self._is_stale = False
                self._due_ns = min(map(self.next_time_ns, self.timer_names), default=None)
            return self._due_ns

        def move_to(self, ns: int) -> None:
            """Move it, and call the handlers that are due."""
            if self._due_ns is None or self._due_ns > ns:
                self.set_time(ns)
                return
            self._is_stale = True
            for event in self.advance_time(ns, set_time=True):
                event.handle()

    return SimulatedClock
