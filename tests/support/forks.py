"""Commands and scripts of ours begin as forks of one process that has imported the engine: two seconds of a core.

What runs is the same program in a process of its own, with its own arguments, environment, folder, files and signals.
What the tests of the command line start by the name `recon` begins as a user's does.
"""

import atexit
import gc
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from pathlib import Path
from typing import Any, Final

OURS: Final = [sys.executable, "-m", "reconciliation"]
APART: Final = [sys.executable, "-P", "-m", "reconciliation"]
"""As a process of ours begins another, which imports nothing from the folder it is in."""
ADDRESS: Final = "FORKS_ADDRESS"
"""The variable that says where the process that forks listens."""
_POLL_SECS: Final = 0.005
_READY_WITHIN_SECS: Final = 60.0
real_popen: Final[Any] = subprocess.Popen  # of which more is private than typeshed knows


class Forks:
    """The process that forks, seen from outside; each who asks has one of its own, which is a fork too.

    Args:
        address: where it listens.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._orders: Connection[Any, Any] | None = None
        self._lock = threading.Lock()

    def begin(self, told: dict[str, Any], handles: list[int]) -> int:
        """Fork a process and return its id.

        Args:
            told: what `told_of` tells of it.
            handles: the file descriptors that become its first three.
        """
        with self._lock:
            orders = self._connected()
            orders.send(told)
            for handle in handles:
                send_handle(orders, handle, 0)
            pid: int = orders.recv()
        return pid

    def ended(self, pid: int) -> tuple[int, int]:
        """Say what `os.waitpid` does, without a wait."""
        with self._lock:
            orders = self._connected()
            orders.send(pid)
            found: tuple[int, int] = orders.recv()
        return found

    def await_end(self, pid: int) -> int:
        """Return what `os.waitpid` says of how a process ended."""
        while True:
            found, status = self.ended(pid)
            if found:
                return status
            time.sleep(_POLL_SECS)

    def _connected(self) -> "Connection[Any, Any]":
        if self._orders is None:
            line = socket.socket(socket.AF_UNIX)
            deadline = time.monotonic() + _READY_WITHIN_SECS
            while line.connect_ex(self._address):  # it has not begun to listen yet
                if time.monotonic() > deadline:
                    raise TimeoutError(f"nobody listens at {self._address}")
                time.sleep(_POLL_SECS)
            self._orders = Connection(line.detach())
        return self._orders


def told_of(args: list[str], env: Mapping[str, str], folder: str, *, is_session: bool) -> dict[str, Any]:
    """What a fork is told of the process that it is to be."""
    program = _program(args)
    return {
        "script": None if program else args[1],
        "arguments": args[len(program or args[:2]) :],
        "env": dict(env),
        "folder": folder,
        "is_apart": program == APART,
        "is_session": is_session,
    }


def _program(args: list[str]) -> list[str]:
    """The words before the arguments of a program of ours; none where it is another, or a script."""
    return next((program for program in (OURS, APART) if args[: len(program)] == program), [])


def _is_script(name: str) -> bool:
    return Path(name).parent == Path(__file__).parent


class Forked(real_popen):  # type: ignore[misc]
    """A process as the standard library knows it; one of ours is forked, any other begins as ever."""

    forks: Forks

    def _execute_child(self, args: Any, *rest: Any) -> None:
        self._is_fork = isinstance(args, list) and (
            bool(_program(args)) or (args[0] == OURS[0] and _is_script(args[1]))
        )
        if not self._is_fork:
            super()._execute_child(args, *rest)
            return
        (_, _, _, _, folder, env, *_), pipes = rest[:9], rest[9:15]
        stdin, stdout, stderr = pipes[0], pipes[3], pipes[5]
        told = told_of(args, os.environ if env is None else env, str(folder or Path.cwd()), is_session=rest[-2])
        handles = [given if given != -1 else own for own, given in enumerate((stdin, stdout, stderr))]
        self.pid = self.forks.begin(told, handles)
        self._child_created = True
        self._close_pipe_fds(*pipes)

    def _try_wait(self, wait_flags: int) -> tuple[int, int]:
        if not self._is_fork:
            found: tuple[int, int] = super()._try_wait(wait_flags)
            return found
        return self.forks.ended(self.pid) if wait_flags & os.WNOHANG else (self.pid, self.forks.await_end(self.pid))

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
    Forked.forks = Forks(os.environ[ADDRESS])
    subprocess.Popen = Forked  # type: ignore[misc]
    try:
        yield
    finally:
        subprocess.Popen = real_popen  # type: ignore[misc]


@contextmanager
def listening() -> Iterator[None]:
    """Run the process that forks; those that are started meanwhile find it."""
    with tempfile.TemporaryDirectory(prefix="forks-") as folder:
        os.environ[ADDRESS] = f"{folder}/address"
        server = real_popen(
            [sys.executable, __file__],
            cwd=Path(__file__).parent,  # not in the folder of a test, which must be left empty
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield
        finally:
            server.stdin.close()
            server.wait()


def command_in(folder: Path) -> Path:
    """Write a `recon` for a shell that begins as a fork too, and return the folder it is in."""
    command = folder / "recon"
    lines = (f"#!{sys.executable}", "import sys", f"sys.path[:0] = [{str(Path(__file__).parent)!r}]", "import forks")
    command.write_text("\n".join((*lines, "forks.be_one()", "")))
    command.chmod(0o755)
    return folder


def be_one() -> None:
    """Have a fork do what this process was started for, hand on signals, and end as it does."""
    forks = Forks(os.environ[ADDRESS])
    recon = str(Path(sys.executable).parent / "recon")
    told = told_of([sys.executable, recon, *sys.argv[1:]], os.environ, str(Path.cwd()), is_session=False)
    pid = forks.begin(told, [0, 1, 2])
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda number, _: os.kill(pid, number))
    code = os.waitstatus_to_exitcode(forks.await_end(pid))
    sys.exit(code if code >= 0 else 128 - code)


# -- The process that forks --------------------------------------------------------------------------


def listen() -> str | None:
    """Fork for everyone who asks until stdin closes; return in every child which script it is to be, if any."""
    with socket.socket(socket.AF_UNIX) as line:
        line.bind(os.environ[ADDRESS])
        line.listen()
        while sys.stdin not in select.select([line, sys.stdin], [], [])[0]:
            asking, _ = line.accept()
            if not _fork():
                line.close()
                return nurse(Connection(asking.detach()))
            asking.close()
    os._exit(0)


def nurse(orders: "Connection[Any, Any]") -> str | None:
    """Fork as ordered, until the orders end; return in every child which script it is to be, None for the program."""
    while True:
        try:
            told = orders.recv()
        except EOFError:
            os._exit(0)
        if isinstance(told, int):
            orders.send(os.waitpid(told, os.WNOHANG))
            continue
        handles = [recv_handle(orders) for _ in range(3)]
        pid = _fork()
        if not pid:
            orders.close()
            become(told, handles)
            script: str | None = told["script"]
            return script
        for each in handles:
            os.close(each)
        orders.send(pid)


def _fork() -> int:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # two libraries hold threads, and see to forks
        return os.fork()


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
    first = str(Path(told["script"]).parent) if told["script"] else told["folder"]  # as the interpreter does
    added = told["env"].get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:1] = [*filter(None, added)] if told["is_apart"] else [first, *filter(None, added)]


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
    os._exit(exit_code(listen()))
