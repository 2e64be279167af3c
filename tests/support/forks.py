"""Commands and scripts of ours begin as forks of one process that has imported the engine: two seconds of a core.

What runs is the same program in a process of its own, with its own arguments, environment, folder, files and signals.
What is started by the name `recon`, as guides and CLI tests do, begins as a user's does.
"""

import atexit
import gc
import os
import runpy
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from pathlib import Path
from typing import Any, Final

OURS: Final = [sys.executable, "-m", "reconciliation"]
_POLL_SECS: Final = 0.005
_popen: Final[Any] = subprocess.Popen  # of which more is private than typeshed knows


class Forks:
    """The process that forks, seen from outside; it is started when it is first needed."""

    def __init__(self) -> None:
        self._orders: Connection[Any, Any] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def begin(self, told: dict[str, Any], handles: list[int]) -> int:
        """Fork a process and return its id.

        Args:
            told: what `Forked` tells of it.
            handles: the file descriptors that become its first three.
        """
        with self._lock:
            orders = self._started()
            orders.send(told)
            for handle in handles:
                send_handle(orders, handle, 0)
            pid: int = orders.recv()
        return pid

    def ended(self, pid: int) -> tuple[int, int]:
        """Say what `os.waitpid` does, without a wait."""
        with self._lock:
            orders = self._started()
            orders.send(pid)
            found: tuple[int, int] = orders.recv()
        return found

    def _started(self) -> "Connection[Any, Any]":
        if self._orders is None:
            self._orders, theirs = Pipe()
            with theirs:
                self._process = _popen(
                    [sys.executable, __file__, str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    cwd=Path(__file__).parent,  # not in the folder of a test, which must be left empty
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
        return self._orders

    def close(self) -> None:
        if self._orders is not None and self._process is not None:
            self._orders.close()
            self._process.wait()


def _is_script(name: str) -> bool:
    return Path(name).parent == Path(__file__).parent


class Forked(_popen):  # type: ignore[misc]
    """A process as the standard library knows it; one of ours is forked, any other begins as ever."""

    forks: Forks

    def _execute_child(self, args: Any, *rest: Any) -> None:
        self._is_fork = isinstance(args, list) and (args[:3] == OURS or (args[0] == OURS[0] and _is_script(args[1])))
        if not self._is_fork:
            super()._execute_child(args, *rest)
            return
        (_, _, _, _, folder, env, *_), pipes = rest[:9], rest[9:15]
        stdin, stdout, stderr = pipes[0], pipes[3], pipes[5]
        told = {
            "script": None if args[:3] == OURS else args[1],
            "arguments": args[3:] if args[:3] == OURS else args[2:],
            "env": dict(os.environ if env is None else env),
            "folder": str(folder or Path.cwd()),
            "is_session": rest[-2],
        }
        handles = [given if given != -1 else own for own, given in enumerate((stdin, stdout, stderr))]
        self.pid = self.forks.begin(told, handles)
        self._child_created = True
        self._close_pipe_fds(*pipes)

    def _try_wait(self, wait_flags: int) -> tuple[int, int]:
        if not self._is_fork:
            found: tuple[int, int] = super()._try_wait(wait_flags)
            return found
        while True:
            pid, status = self.forks.ended(self.pid)
            if pid or wait_flags & os.WNOHANG:
                return pid, status
            time.sleep(_POLL_SECS)

    def _internal_poll(self, *args: Any, **kwargs: Any) -> int | None:
        if not getattr(self, "_is_fork", False):
            code: int | None = super()._internal_poll(*args, **kwargs)
            return code
        lock = self._waitpid_lock
        if self.returncode is None and lock.acquire(blocking=False):
            try:
                pid, status = self.forks.ended(self.pid)
                if pid:
                    self._handle_exitstatus(status)
            finally:
                lock.release()
        polled: int | None = self.returncode
        return polled


@contextmanager
def forked() -> Iterator[None]:
    """Begin commands of ours as forks while this lasts."""
    Forked.forks = Forks()
    subprocess.Popen = Forked  # type: ignore[misc]
    try:
        yield
    finally:
        subprocess.Popen = _popen  # type: ignore[misc]
        Forked.forks.close()


# -- The process that forks --------------------------------------------------------------------------


def nurse(handle: int) -> str | None:
    """Fork as ordered, until the orders end; return in every child which script it is to be, None for the program."""
    orders: Connection[Any, Any] = Connection(handle)
    while True:
        try:
            told = orders.recv()
        except EOFError:
            sys.exit()
        if isinstance(told, int):
            orders.send(os.waitpid(told, os.WNOHANG))
            continue
        handles = [recv_handle(orders) for _ in range(3)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # two libraries hold threads, and see to forks
            pid = os.fork()
        if not pid:
            orders.close()
            become(told, handles)
            script: str | None = told["script"]
            return script
        for each in handles:
            os.close(each)
        orders.send(pid)


def become(told: dict[str, Any], handles: list[int]) -> None:
    """Take on what is a process's own."""
    for target, each in enumerate(handles):
        os.dup2(each, target)
        os.close(each)
    if told["is_session"]:
        os.setsid()
    os.environ.clear()
    os.environ.update(told["env"])
    os.chdir(told["folder"])
    sys.argv[1:] = told["arguments"]
    first = sys.path[0] if told["script"] else told["folder"]  # as the interpreter does; this is a script beside them
    sys.path[:1] = [first, *filter(None, told["env"].get("PYTHONPATH", "").split(os.pathsep))]


def exit_code(script: str | None) -> int:
    """Be the program, and end as one does, but for taking apart what was imported, which takes half a second."""
    code: Any = 0
    try:
        if script is None:
            runpy.run_module("reconciliation", run_name="__main__", alter_sys=True)
        else:
            runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        code = end.code or 0
        if not isinstance(code, int):
            sys.stderr.write(f"{code}\n")
    except BaseException:  # noqa: BLE001 - the interpreter's last resort
        sys.excepthook(*sys.exc_info())
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]  # as the interpreter does
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return code if isinstance(code, int) else 1


if __name__ == "__main__":
    from reconciliation.cli.main import COMMANDS
    from reconciliation.engine.generation import generation

    generation()
    for module in (
        *(f"reconciliation.cli.{name}" for name in COMMANDS),
        "reconciliation.cli.nodes",
        "reconciliation.venue",
    ):
        import_module(module)
    gc.freeze()
    os._exit(exit_code(nurse(int(sys.argv[1]))))
