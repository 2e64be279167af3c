"""One process that imports the engine once, and forks those that play: seen from who starts it, and from within."""

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from typing import Any, Final

_BEGIN: Final = """\
import sys
sys.path[:] = {path!r}
from reconciliation.drill.runs import nursery, worker
worker.prepare()
nursery.nurse({orders}, worker.serve)
"""
"""What the process does: modules are found as here."""
_LOOK_EVERY_SECS: Final = 0.02


class Child:
    """A process that was forked.

    Args:
        nursery: where.
        number: its own there.
        pipe: at whose other end it is, as soon as the engine is imported.
    """

    def __init__(self, nursery: "Nursery", number: int, pipe: "Connection[Any, Any]") -> None:
        self.pipe = pipe
        self._nursery = nursery
        self._number = number

    def leave(self) -> None:
        """Tell it to end what it has started, and itself."""
        self._nursery.tell("leave", self._number)

    def end(self, within_secs: float = 0.0) -> int:
        """End it and return its exit code, below zero the signal that ended it.

        Args:
            within_secs: how long it may take to end by itself.
        """
        code = self._nursery.ask("end", self._number, within_secs)
        self.pipe.close()
        return code


class Nursery:
    """Has processes forked.

    They hash texts as every other does, because the engine goes through its sets in the order of hashes. A process
    group of their own keeps a terminal's Ctrl-C from them: who started them ends them.
    """

    def __init__(self) -> None:
        self._orders, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter, this package
                [sys.executable, "-c", _BEGIN.format(path=sys.path, orders=theirs.fileno())],
                env=os.environ | {"PYTHONHASHSEED": "0"},
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                process_group=0,
            )
        self._born = 0

    def fork(self) -> Child:
        """Have a process forked; where the nursery has died, the end of its pipe tells so."""
        self._born += 1
        ours, theirs = Pipe()
        with theirs, suppress(OSError):
            self._orders.send(("fork", self._born))
            send_handle(self._orders, theirs.fileno(), self._process.pid)
        return Child(self, self._born, ours)

    def tell(self, *order: Any) -> None:
        """Give an order; nothing where the nursery has died."""
        with suppress(OSError):
            self._orders.send(order)

    def ask(self, *order: Any) -> int:
        """Give an order and return the exit code that answers it; the nursery's own where that has died."""
        self.tell(*order)
        try:
            code: int = self._orders.recv()
        except (EOFError, OSError):
            return self._process.wait()
        return code

    def close(self) -> None:
        """End everything that is still there, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._orders.close()


def nurse(handle: int, live: Callable[[int], None]) -> None:
    """Be the process that forks, and ends, as ordered over a pipe, until that is closed.

    Args:
        handle: the file descriptor of the pipe's end.
        live: what a child does, given that of its own pipe.
    """
    gc.freeze()  # or each child's collector would copy every page that it looks at
    orders: Connection[Any, Any] = Connection(handle)
    children: dict[int, int] = {}
    while True:
        try:
            what, number, *given = orders.recv()
            if what == "fork":
                children[number] = _forked(recv_handle(orders), orders, live)
            elif what == "leave":
                os.kill(children[number], signal.SIGTERM)
            else:
                orders.send(_ended(children.pop(number), *given))
        except (EOFError, OSError):  # nobody is there any more
            return


def _forked(handle: int, orders: "Connection[Any, Any]", live: Callable[[int], None]) -> int:
    pid = os.fork()
    if pid:
        os.close(handle)
        return pid
    code = 1
    try:
        orders.close()
        live(handle)
        code = 0
    except SystemExit:
        pass  # it was told to leave
    except BaseException:  # noqa: BLE001 - whatever it is, it must not go on as the process that was forked
        sys.excepthook(*sys.exc_info())
    sys.stderr.flush()
    os._exit(code)


def _ended(pid: int, within_secs: float) -> int:
    """End a child and return its exit code."""
    deadline = time.monotonic() + within_secs
    found, status = os.waitpid(pid, os.WNOHANG)
    while not found and time.monotonic() < deadline:
        time.sleep(_LOOK_EVERY_SECS)
        found, status = os.waitpid(pid, os.WNOHANG)
    if not found:
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)
