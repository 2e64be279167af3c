"""Stop signals: one sets a state that cannot be lost, whatever code it comes upon.

An exception raised in a signal handler is lost wherever the code that it interrupts catches everything, and it may
leave a half-started process behind. So a handler only notes the wish; whoever runs looks at it between two steps, and
an event loop is woken by it. While the user's own code runs, which may take as long as it likes, the handler raises as
well.

A second signal ends the process at once, by 128 and its number: a stop takes its time, and whoever cannot wait says so.
What comes within a second of the first is the same wish: a terminal that is closed sends two.
"""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
ONE_WISH_SECS: Final = 1.0
"""For so long a second signal is the first one once more."""
ENDED_BY: Final = 128
"""What is added to a signal's number in the exit code of a process that it ended, as shells do."""


class StopRequestedError(BaseException):
    """The process was asked to stop while no event loop ran."""


class StopRequest:
    """The wish that a process, or one node in it, stops; once made, it stands."""

    def __init__(self) -> None:
        self.last_words: Callable[[str], str] = _last_words
        """The line on stderr with which a second signal, of this name, ends the process."""
        self._signalled: float | None = None
        self._by = ""
        self._wakers: list[Callable[[], None]] = []
        self._interrupts = False

    @property
    def by(self) -> str:
        """The signal's name, or whoever made it; empty while nobody did."""
        return self._by

    def make(self, by: str) -> None:
        """Ask to stop; the first to ask is remembered. Safe in a signal handler and from any thread."""
        self._by = self._by or by
        for wake in tuple(self._wakers):
            wake()

    def raise_if_made(self) -> None:
        """Go no further when somebody asked to stop.

        Raises:
            StopRequestedError: somebody did.
        """
        if self._by:
            raise StopRequestedError(self._by)

    async def made(self) -> None:
        """Return once somebody asked to stop."""
        event, loop = asyncio.Event(), asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(event.set)

        self._wakers.append(wake)
        try:
            if not self._by:
                await event.wait()
        finally:
            self._wakers.remove(wake)

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """Have a signal also interrupt what runs meanwhile; for code that is not ours.

        Raises:
            StopRequestedError: a signal came, also where that code swallowed it or made another error of it.
        """
        self.raise_if_made()
        self._interrupts = True
        try:
            yield
        except Exception:
            self.raise_if_made()
            raise
        finally:
            self._interrupts = False
        self.raise_if_made()

    def hear_signals(self) -> None:
        """Make stop signals make this request from now on; nothing where another thread than the main one runs.

        A SIGHUP that is ignored stays so, as `nohup` wants it, and so does a handler that is none of Python's.
        """
        if threading.current_thread() is threading.main_thread():
            for sign in _heard():
                signal.signal(sign, self._on_signal)

    def _on_signal(self, number: int, _frame: object) -> None:
        now, name = time.monotonic(), signal.Signals(number).name
        if self._signalled is not None and now - self._signalled > ONE_WISH_SECS:
            # Not by a stream of Python's: the handler may have come upon one of its methods.
            os.write(2, f"{self.last_words(name)}\n".encode())
            os._exit(ENDED_BY + number)
        self._signalled = now if self._signalled is None else self._signalled
        interrupts, self._interrupts = self._interrupts, False
        self.make(name)
        if interrupts:
            raise StopRequestedError(self._by)

    @contextmanager
    def hearing_signals(self) -> Iterator[None]:
        """Make stop signals make this request meanwhile, and have the handlers of before back afterwards."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {sign: signal.getsignal(sign) for sign in _heard()}
        self.hear_signals()
        try:
            yield
        finally:
            for sign, handler in before.items():
                signal.signal(sign, handler)


def _last_words(name: str) -> str:
    return f"a second signal, {name}: ended at once"


def _heard() -> list[signal.Signals]:
    return [sign for sign in STOP_SIGNALS if signal.getsignal(sign) is not None and not _is_under_nohup(sign)]


def _is_under_nohup(sign: signal.Signals) -> bool:
    """Whether a hangup is to be outlived; that a shell ignores SIGINT for its background jobs is no such wish."""
    return sign is signal.SIGHUP and signal.getsignal(sign) is signal.SIG_IGN
