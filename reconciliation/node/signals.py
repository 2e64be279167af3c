"""Stop signals where no event loop handles them: everything started so far unwinds, and nothing stays behind."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class StopRequestedError(BaseException):
    """A stop signal came while no event loop was there to handle it."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn a stop signal into `StopRequestedError`."""

    def stop(number: int, _frame: object) -> None:
        ignore_signals()
        raise StopRequestedError(signal.Signals(number).name)

    previous = {sign: signal.signal(sign, stop) for sign in STOP_SIGNALS}
    try:
        yield
    finally:
        for sign, handler in previous.items():
            signal.signal(sign, handler)


def ignore_signals() -> None:
    """Let no further signal interrupt the unwinding, which is bounded."""
    for sign in STOP_SIGNALS:
        signal.signal(sign, signal.SIG_IGN)
