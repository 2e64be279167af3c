"""The local venue as a process of its own."""

import json
import selectors
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

from reconciliation.embedded.failures import ProcessFailedError
from reconciliation.embedded.venue_control import VenueControl, over_http

READY_WITHIN_SECS: Final = 20.0
STOP_WITHIN_SECS: Final = 5.0


class VenueProcess:
    """A `recon venue` process; entered again, it comes back at the same address.

    Args:
        data_dir: where it keeps its ledger; in memory when absent.
        symbols: how many contracts it lists.
    """

    def __init__(self, data_dir: Path | None = None, symbols: int = 20) -> None:
        self._data_dir = data_dir
        self._symbols = symbols
        self._process: subprocess.Popen[str] | None = None
        self.http_url = ""
        self.stream_url = ""
        self.control_url = ""
        self.api_key = ""
        self.api_secret = ""

    def __enter__(self) -> Self:
        command = [sys.executable, "-P", "-m", "reconciliation", "venue", "--until-stdin-closes"]
        command += ["--symbols", str(self._symbols)]
        if self._data_dir is not None:
            command += ["--data-dir", str(self._data_dir)]
        if self.http_url:
            command += ["--port", str(urlsplit(self.http_url).port)]
        # A session of its own: Ctrl-C must reach the node first, which stops against a living venue.
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        line = _first_line(self._process)
        if not line:
            self.__exit__(None, None, None)
            raise ProcessFailedError("the local venue did not start; its own message stands above")
        for name, value in json.loads(line).items():
            setattr(self, name, value)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._process
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(STOP_WITHIN_SECS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

    @property
    def control(self) -> VenueControl:
        """Its control API, once it runs."""
        return VenueControl(over_http(self.control_url))

    def environment(self) -> dict[str, str]:
        """Return the `RECON_VENUE_*` variables that point a node at this venue."""
        return variables(vars(self))


def variables(ready: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that point a node at a venue, by what that says when it is ready."""
    names = ("http_url", "stream_url", "api_key", "api_secret")
    return {f"RECON_VENUE_{name.upper()}": ready[name] for name in names}


def _first_line(process: "subprocess.Popen[str]") -> str:
    """Return a process's first line on stdout, or nothing when it ends or takes too long."""
    if process.stdout is None:
        return ""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        deadline = time.monotonic() + READY_WITHIN_SECS
        while (left := deadline - time.monotonic()) > 0:
            if selector.select(left):
                return process.stdout.readline()
    return ""
