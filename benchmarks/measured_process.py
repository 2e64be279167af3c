"""A process that is measured: begun with a pipe of its own, heard while it tells, a JSON object a line, and ended."""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

PATIENCE_SECS: Final = 600.0
"""After so long without a word a process is given up."""
HANDLE: Final = "BENCH_HANDLE"
"""The variable that names the file descriptor which takes what is told."""
_STOPS_WITHIN_SECS: Final = 60.0
_LAST_LINES: Final = 5

type Told = dict[str, Any]


class NotMeasuredError(Exception):
    """A process did not come to what was to be measured."""


def tell(**told: float | str) -> None:
    """Tell something, in the process that is measured."""
    os.write(int(os.environ[HANDLE]), f"{json.dumps(told)}\n".encode())


def inherited() -> dict[str, str]:
    """Return the variables that a process is given which is measured.

    No variable of ours is among them that somebody has set, and none of Python's: one of those turns its own caching
    off, so that all modules would be compiled again at each start.
    """
    return {key: value for key, value in os.environ.items() if not key.startswith(("RECON_", "PYTHON"))}


class MeasuredProcess:
    """One that runs.

    Attributes:
        begun: when it was started, on the monotonic clock, which all processes share.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", begun: float, handle: int, log: Path) -> None:
        self.begun = begun
        self._process = process
        self._handle = handle
        self._log = log

    def told(self) -> Iterator[Told]:
        """Yield each thing it tells, until it ends or says nothing for too long."""
        rest = b""
        with selectors.DefaultSelector() as selector:
            selector.register(self._handle, selectors.EVENT_READ)
            while selector.select(PATIENCE_SECS) and (read := os.read(self._handle, 65_536)):
                *whole, rest = (rest + read).split(b"\n")
                yield from map(json.loads, whole)

    def ended(self) -> None:
        """Wait until it has ended by itself."""
        self._process.wait(PATIENCE_SECS)

    def stopped(self) -> None:
        """Have it stop as a node is stopped, and wait until it has."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(_STOPS_WITHIN_SECS)

    def failure(self, what: str) -> NotMeasuredError:
        """Return an error that says what went wrong, and the last lines of its log."""
        last = self._log.read_text("utf-8", "replace").strip().splitlines()[-_LAST_LINES:]
        return NotMeasuredError(f"{what}: {' / '.join(last)}")


@contextmanager
def measured_process(
    command: Sequence[str], env: Mapping[str, str], log: Path, *, paths: Sequence[str] = ()
) -> Iterator[MeasuredProcess]:
    """Run a process that can import what this one can, and leave none behind.

    Args:
        command: and its arguments.
        env: its variables, beside those that it inherits.
        log: takes all that it prints; it runs in the folder of that.
        paths: where it looks for modules first.
    """
    importable = os.pathsep.join([*paths, *filter(None, sys.path)])
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb"), log.open("wb") as output:
        begun = time.monotonic()
        try:
            process = subprocess.Popen(  # noqa: S603 - commands of this repository
                command,
                env={**inherited(), **env, HANDLE: str(writer), "PYTHONPATH": importable},
                cwd=log.parent,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(writer,),
            )
        finally:
            os.close(writer)
        try:
            yield MeasuredProcess(process, begun, reader, log)
        finally:
            process.kill()
            process.wait()
