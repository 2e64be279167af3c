"""The engine's clock in virtual time."""

from typing import Any, ClassVar

from nautilus_trader.common.component import TestClock

from reconciliation.engine.v1.simulated.time import VirtualTime


class SimulatedClock(TestClock):
    """The engine's own test clock, moved by virtual time.

    The kernel makes one for itself and, by its class, one for each strategy and actor.
    """

    virtual: ClassVar[VirtualTime]

    def __init__(self) -> None:
        super().__init__()
        self.set_time(self.virtual.now_ns)
        self._is_stale = True
        self._due_ns: int | None = None
        self.virtual.clocks.append(self)

    def set_time_alert_ns(self, *args: Any, **kwargs: Any) -> None:
        """Set an alert, as the engine's own does."""
        super().set_time_alert_ns(*args, **kwargs)
        self._is_stale = True

    def set_timer_ns(self, *args: Any, **kwargs: Any) -> None:
        """Set a timer, as the engine's own does."""
        super().set_timer_ns(*args, **kwargs)
        self._is_stale = True

    def cancel_timer(self, name: str) -> None:
        """Cancel a timer, as the engine's own does."""
        super().cancel_timer(name)
        self._is_stale = True

    def cancel_timers(self) -> None:
        """Cancel every timer, as the engine's own does."""
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


def clock_class(time: VirtualTime) -> type[SimulatedClock]:
    """Return the class of clocks that move with a time."""
    return type("SimulatedClock", (SimulatedClock,), {"virtual": time})
