"""A node as a process, seen from who starts it."""

import gc
import os
import signal
import sys
import time
from collections.abc import Iterator
from multiprocessing import Pipe
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from reconciliation.drill.wire.life import Life, Part
from reconciliation.embedded.failures import ProcessFailedError
from reconciliation.engine.books import Books

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

ANSWERS_WITHIN_SECS: Final = 60.0
"""What a node may take to tell its books; a loop that stands still for longer hangs."""
_DESCRIPTORS: Final = os.sysconf("SC_OPEN_MAX")
Message = tuple[Any, ...]


class WireNode:
    """A life of a node in a process of its own; it has begun.

    It is forked, so that nothing is imported again; a process that forks must have no threads.

    Args:
        part: what the node is made of.
        log_file: where the engine's log goes.
    """

    def __init__(self, part: Part, log_file: Path) -> None:
        self.pipe, news = Pipe(duplex=False)
        orders, self._orders = Pipe(duplex=False)
        self._is_over = False
        self._books = Books()
        self._waiting: list[Message] = []
        sys.stdout.flush()
        sys.stderr.flush()
        gc.freeze()  # the child's collector would copy every page that it looks at
        # A signal that is handled in the middle of a fork would be so on both sides of it.
        held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        self._pid = os.fork()
        if not self._pid:
            _be(part, orders, news, log_file, held)
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
        news.close()
        orders.close()

    @property
    def is_alive(self) -> bool:
        """Whether its end has not been seen yet."""
        return not self._is_over

    def messages(self) -> Iterator[Message]:
        """Yield what it told since it was last asked; see its end."""
        while self._waiting or self._hears(0):
            yield self._waiting.pop(0)

    def _hears(self, secs: float) -> bool:
        """Keep its next message, if one comes within so long."""
        if self._is_over or not self.pipe.poll(secs):
            return False
        try:
            message = self.pipe.recv()
        except (EOFError, OSError):
            self._end()
            return False
        if message[0] == "books":
            self._books = message[1]
        self._waiting.append(message)
        return True

    def tell(self, *words: Any) -> None:
        """Tell it something; nothing where it has ended."""
        if not self._is_over:
            try:
                self._orders.send(words)
            except OSError:
                return  # its end will be seen

    def books(self) -> Books:
        """Return what it holds; what it held last where it has ended.

        Raises:
            ProcessFailedError: it does not answer.
        """
        deadline = time.monotonic() + ANSWERS_WITHIN_SECS
        self.tell("tell")
        while not self._is_over:
            if self._hears(min(1.0, max(deadline - time.monotonic(), 0.0))) and self._waiting[-1][0] == "books":
                break
            if time.monotonic() > deadline:
                raise ProcessFailedError(f"the node did not tell its books within {ANSWERS_WITHIN_SECS:g} s")
        return self._books

    def stop(self) -> None:
        """Send it SIGTERM."""
        if not self._is_over:
            os.kill(self._pid, signal.SIGTERM)

    def kill(self) -> None:
        """Send it SIGKILL, and await its end."""
        if not self._is_over:
            os.kill(self._pid, signal.SIGKILL)
            while self._hears(ANSWERS_WITHIN_SECS):
                pass
            self._end()

    def _end(self) -> None:
        if not self._is_over:
            self._is_over = True
            os.waitpid(self._pid, 0)
            self.pipe.close()
            self._orders.close()


def _be(
    part: Part,
    orders: "Connection[Any, Any]",
    news: "Connection[Any, Any]",
    log_file: Path,
    held: "set[signal.Signals | int]",
) -> NoReturn:
    """Be the node from the fork on, with nothing open but its own; never return to what was forked.

    Signals are held back until the node hears them: what was forked would take one for its own.
    """
    try:
        log = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for descriptor, target in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(descriptor, target)
        # Whoever waits for the end of another process must not wait for this one.
        first, second = sorted((orders.fileno(), news.fileno()))
        for begin, end in ((3, first), (first + 1, second), (second + 1, _DESCRIPTORS)):
            os.closerange(begin, end)
        Life(part, orders, news).live(held)
        os._exit(0)
    except BaseException:  # noqa: BLE001 - whatever it is, it must not go on as the process that was forked
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
    os._exit(1)
