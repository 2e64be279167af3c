"""An event loop whose time is virtual: instead of waiting, it moves the time on."""

import asyncio
from collections.abc import Callable, Coroutine
from itertools import count
from math import inf
from typing import Any, Final

from reconciliation.engine.v1.simulated.time import SECOND_NS, VirtualTime

IDLE_TURNS: Final = 20
"""The kernel awaits connections by turning the loop; after so many turns without a wait the time moves on."""
SPIN_SECS: Final = 0.05
"""How far it moves then at most, and past nothing that is due."""


class _Waits:
    """Stands where a loop's selector is: it polls nothing, and moves the time on.

    Args:
        time: what is moved.
        next_timer: when the loop's own next timer is due, in its seconds; it asks for a wait only when nobody turns it.
    """

    def __init__(self, time: VirtualTime, next_timer: Callable[[], float]) -> None:
        self._time = time
        self._next_timer = next_timer
        self._turns = 0

    def select(self, timeout: float | None) -> list[Any]:
        """Let the wait pass."""
        if timeout is not None and timeout <= 0:
            self._turns += 1
            if self._turns < IDLE_TURNS:
                return []
            timeout = min(SPIN_SECS, self._next_timer() - self._time.secs())
        # Rounded up, or the loop would turn on the spot just before what it waits for.
        limit = None if timeout is None else self._time.now_ns + int(timeout * SECOND_NS) + 1
        self._turns = 0
        self._time.move(limit)
        return []

    def close(self) -> None:
        """Close nothing."""


class NumberedTask(asyncio.Task[Any]):
    """A task that hashes by its number.

    Whoever keeps tasks in a set, as asyncio and the engine do, would otherwise cancel them in the order of their
    addresses, which is another one in each process.
    """

    def __init__(self, coro: Coroutine[Any, Any, Any], *, number: int, **given: Any) -> None:
        self.number = number  # first, because the base takes it into a set
        super().__init__(coro, **given)

    def __hash__(self) -> int:
        return self.number


class VirtualLoop(asyncio.BaseEventLoop):
    """An event loop without threads, sockets and waits."""

    def __init__(self, time: VirtualTime) -> None:
        super().__init__()
        self._task_numbers = count(1)
        self.set_task_factory(self._numbered)
        self._virtual = time
        self._selector = _Waits(time, self._next_timer)
        self._clock_resolution = 1 / SECOND_NS

    def _numbered(self, loop: asyncio.AbstractEventLoop, coro: Coroutine[Any, Any, Any], **given: Any) -> NumberedTask:
        return NumberedTask(coro, number=next(self._task_numbers), loop=loop, **given)

    def _next_timer(self) -> float:
        timers: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]
        return timers[0].when() if timers else inf

    def time(self) -> float:
        """Seconds since the run's start."""
        return self._virtual.secs()

    def run_in_executor(  # type: ignore[override]
        self,
        executor: Any,  # noqa: ARG002 - the base's signature
        func: Callable[..., Any],
        *args: Any,
    ) -> asyncio.Future[Any]:
        """Run it at once, in line: a thread would have a time of its own."""
        done: asyncio.Future[Any] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - whatever it raises is its caller's
            done.set_exception(error)
        return done

    def set_default_executor(self, executor: Any) -> None:
        """Take none."""

    def _process_events(self, event_list: list[Any]) -> None:
        """Process nothing: there are no sockets."""

    def _write_to_self(self) -> None:
        """Wake nobody: there are no threads."""
