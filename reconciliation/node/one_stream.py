"""One stream: the engine's own log, which it writes to the descriptors 1 and 2 by itself, among recon's events.

Both descriptors become a pipe, and a process of its own reads that: what was written stands on stderr also where the
node is killed, or aborts. It is forked before the engine is loaded, hears no stop signal, and ends when nobody can
write any more.
"""

import atexit
import json
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final, NoReturn

from reconciliation.node.log import as_json, is_colored
from reconciliation.node.terminal import rendered
from reconciliation.settings.log import LogSettings
from reconciliation.settings.masking import mask

_ENGINE_LINE: Final = re.compile(r"(\d{4}-\S+Z) \[(\w+)\] ([^\s.]+)\.(.+?): (.*)", re.DOTALL)
_ANSI: Final = re.compile(r"\x1b\[[0-9;]*m")
_LEVELS: Final = {"WARN": "warning"}
_LOUD: Final = frozenset({"warning", "error", "critical"})
_SHOWN_FROM: Final = frozenset({"node_reconciled", "node_started"})
_QUIET_FROM: Final = frozenset({"node_not_started", "node_stopped", "node_died"})
"""On a terminal the engine's log is kept back before those and after these, warnings and errors excepted."""
_DRAINS_WITHIN_SECS: Final = 5.0
_CHUNK: Final = 1 << 16


class OneStream:
    """Sends all that this process writes to its descriptors 1 and 2 through one pipeline to stderr, until it is closed.

    Args:
        settings: how the log is wanted.
        only_loud: leave out of the engine's log what is no warning and no error.
        is_verbose: leave nothing out, whatever else is said.

    Attributes:
        as_json: whether a machine reads it.
        log: the settings for this process's own events: JSON, which the other end makes lines of for a person.
    """

    def __init__(self, settings: LogSettings, *, only_loud: bool = False, is_verbose: bool = False) -> None:
        self.as_json = as_json(settings)
        self.log = settings.model_copy(update={"format": "json"})
        relay = Relay(
            as_json=self.as_json,
            colored=is_colored(),
            shows=lambda quiet: is_verbose or not (quiet or only_loud),
        )
        _flush()
        reading, writing = os.pipe()
        self._stderr = os.dup(2)
        self._pid = os.fork()
        if not self._pid:
            os.close(writing)
            _relayed(reading, relay)
        os.close(reading)
        for descriptor in (1, 2):
            os.dup2(writing, descriptor)
        os.close(writing)
        atexit.register(self.close)

    def close(self) -> None:
        """Await that all of it stands on stderr; what is written to 2 from now on stands there as it is."""
        if not self._pid:
            return
        pid, self._pid = self._pid, 0
        _flush()
        os.dup2(self._stderr, 2)
        os.dup2(nowhere := os.open(os.devnull, os.O_WRONLY), 1)
        for descriptor in (nowhere, self._stderr):
            os.close(descriptor)
        deadline = time.monotonic() + _DRAINS_WITHIN_SECS
        with suppress(ChildProcessError):
            while not os.waitpid(pid, os.WNOHANG)[0] and time.monotonic() < deadline:
                time.sleep(0.005)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()


class Relay:
    """Makes of each line that comes what is to stand on stderr.

    Args:
        as_json: a JSON object a line; else as a person reads it.
        colored: what is doubtful in color.
        shows: whether a line of the engine's that is no warning is shown, given whether, on a terminal, a boot goes on.
    """

    def __init__(self, *, as_json: bool, colored: bool, shows: Callable[[bool], bool]) -> None:
        self._as_json = as_json
        self._colored = colored
        self._shows = shows
        self._is_quiet = not as_json

    def line(self, text: str) -> str:
        """Return what stands for a line; empty where it is left out."""
        text = text.rstrip("\r\n")
        if text.startswith('{"'):
            with suppress(ValueError):
                event = json.loads(text)
                if "event" in event:
                    return self._own(event, text)
        if engine := _ENGINE_LINE.fullmatch(_ANSI.sub("", text)):
            return self._engine(*engine.groups())
        return self._shown({"event": "output", "level": "info", "message": mask(text)}) if self._as_json else text

    def _own(self, event: dict[str, Any], text: str) -> str:
        if not self._as_json and event["event"] in _SHOWN_FROM | _QUIET_FROM:
            self._is_quiet = event["event"] in _QUIET_FROM
        return text if self._as_json else rendered(event, colored=self._colored)

    def _engine(self, at: str, level: str, trader: str, component: str, message: str) -> str:
        name = _LEVELS.get(level, level.lower())
        if name not in _LOUD and not self._shows(self._is_quiet):
            return ""
        event = {"component": component, "message": mask(message), "trader_id": trader, "event": "engine"}
        return self._shown(event | {"level": name, "timestamp": at})

    def _shown(self, event: dict[str, Any]) -> str:
        return json.dumps(event) if self._as_json else rendered(event, colored=self._colored)


def _relayed(reading: int, relay: Relay) -> NoReturn:
    """Be the other end, until nobody can write any more."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)
    for descriptor in (0, 1):
        with suppress(OSError):
            os.close(descriptor)
    try:
        for text in _lines(reading):
            if shown := relay.line(text):
                with suppress(OSError):  # whoever read it is gone; the node must not wait for that
                    os.write(2, f"{shown}\n".encode())
    finally:
        os._exit(0)


def _lines(reading: int) -> Iterator[str]:
    rest = b""
    while chunk := os.read(reading, _CHUNK):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.decode(errors="replace")
    if rest:
        yield rest.decode(errors="replace")
