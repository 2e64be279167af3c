"""A node as a process: its events read as they come, killed or stopped from outside."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from reconciliation.embedded.failures import ProcessFailedError

END_WITHIN_SECS: Final = 60.0
_TOLD_LINES: Final = 15


class NodeProcess:
    """A `recon run` process.

    Args:
        variables: its `RECON_*` environment; the caller's own `RECON_*` variables do not reach it.
        log_file: where the engine's log goes.
        target: MODULE:FUNCTION that configures the node, if any.
        folder: where it runs; the caller's current folder when absent.
    """

    def __init__(
        self, variables: Mapping[str, str], log_file: Path, target: str | None = None, folder: Path | None = None
    ) -> None:
        self._variables = dict(variables)
        self._log_file = log_file
        self._folder = folder
        self._command = [sys.executable, "-m", "reconciliation", "run", *([target] if target else [])]
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._changed = threading.Condition()
        self._ended = False
        self.events: list[dict[str, Any]] = []
        """recon's own events, in order; each has an `event` name."""
        self.lines: list[str] = []
        """Everything else on stderr."""

    def __enter__(self) -> Self:
        env = {key: value for key, value in os.environ.items() if not key.startswith("RECON_")}
        self._process = subprocess.Popen(  # noqa: S603 - this project's own command
            self._command,
            env=env | {"RECON_LOG_FORMAT": "json"} | self._variables,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.kill()
        if self._reader is not None:
            self._reader.join(END_WITHIN_SECS)
        if self.process.stderr is not None:
            self.process.stderr.close()

    @property
    def process(self) -> "subprocess.Popen[str]":
        """The running process."""
        if self._process is None:
            raise ProcessFailedError("the node was not started")
        return self._process

    def _read(self) -> None:
        with self._log_file.open("a", buffering=1) as log:
            for line in self.process.stderr or ():
                try:
                    event = json.loads(line)
                except ValueError:
                    event = {"event": "output", "message": line.rstrip("\n")}
                with self._changed:
                    if event["event"] == "engine":
                        log.write(_as_the_engine_wrote_it(event))
                    elif event["event"] == "output":
                        self.lines.append(event["message"])
                    else:
                        self.events.append(event)
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def wait_for(self, name: str, timeout_secs: float = END_WITHIN_SECS) -> dict[str, Any]:
        """Return the first event of a name, waiting until it comes.

        Raises:
            ProcessFailedError: the node ended, or took too long; the message holds its last words.
        """
        deadline = time.monotonic() + timeout_secs
        with self._changed:
            while True:
                for event in self.events:
                    if event["event"] == name:
                        return event
                left = deadline - time.monotonic()
                if self._ended or left <= 0:
                    told = [*(str(event) for event in self.events[-3:]), *self.lines[-_TOLD_LINES:]]
                    why = "ended" if self._ended else f"took over {timeout_secs:g} s"
                    raise ProcessFailedError(f"the node {why} without '{name}':\n" + "\n".join(told))
                self._changed.wait(left)

    def kill(self) -> int:
        """End it with SIGKILL; return its exit code."""
        self.process.kill()
        return self.process.wait()

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop and return its exit code."""
        self.process.send_signal(sign)
        return self.wait()

    def wait(self, timeout_secs: float = END_WITHIN_SECS) -> int:
        """Await its end and return its exit code.

        Raises:
            ProcessFailedError: it did not end in time.
        """
        try:
            return self.process.wait(timeout_secs)
        except subprocess.TimeoutExpired:
            raise ProcessFailedError(f"the node did not end within {timeout_secs:g} s") from None


def _as_the_engine_wrote_it(event: Mapping[str, Any]) -> str:
    level = {"warning": "WARN"}.get(event["level"], event["level"].upper())
    return f"{event['timestamp']} [{level}] {event['trader_id']}.{event['component']}: {event['message']}\n"
