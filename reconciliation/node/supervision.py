"""What a supervisor is told: systemd over its socket, whoever looks at a file by the file.

The protocol is that of sd_notify(3): datagrams of NAME=VALUE lines to the address in NOTIFY_SOCKET. Type=notify and
WatchdogSec= of a unit ask for it; nothing is sent where nobody does.
"""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec.structs import asdict

from reconciliation.engine.lifecycle import (
    Booting,
    Connected,
    Died,
    Event,
    GateClosed,
    GateOpened,
    LeaseLost,
    NotStarted,
    Started,
    StartupProgress,
    Stopped,
    Stopping,
    Stuck,
)
from reconciliation.errors import UnusableError
from reconciliation.node.startup_words import startup_words
from reconciliation.settings import Settings

_RUNS: Final = "the trader runs"
EXTENDED_SECS: Final = 60.0
"""For so long at least a supervisor awaits the next word of a start that goes on."""


class Supervision:
    """Tells a supervisor how a node is; an observer of its life.

    Args:
        settings: of the node.
        variables: the environment.

    Raises:
        UnusableError: the ready file cannot be written.
    """

    def __init__(self, settings: Settings, variables: Mapping[str, str] = os.environ) -> None:
        self._address = variables.get("NOTIFY_SOCKET", "")
        mine = variables.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self._is_watched = mine and variables.get("WATCHDOG_USEC", "0") != "0"
        self._is_over = False
        self._file = Path(settings.node.ready_file) if settings.node.ready_file else None
        if self._file is not None:
            try:
                self._write(self._file)
                self._file.unlink()
            except OSError as error:
                origin = settings.origins.get("node.ready_file", "node.ready_file")
                reason = (error.strerror or str(error)).lower()
                raise UnusableError(
                    f"the ready file {self._file} cannot be written ({reason})", "name another", origin
                ) from None

    def __call__(self, event: Event) -> None:  # noqa: C901 - a line an event
        """Tell of one event."""
        match event:
            case Booting():
                self._tell("STATUS=the clients connect")
            case Connected():
                self._tell("STATUS=node and venue are reconciled")
            case StartupProgress():
                # What a start may take the node's own limits say; they end it, and not the supervisor's.
                more = int(max(EXTENDED_SECS, event.secs) * 1_000_000)
                self._tell(f"EXTEND_TIMEOUT_USEC={more}", f"STATUS={startup_words(asdict(event))}")
            case Started():
                if self._file is not None:
                    self._write(self._file)
                self._tell("READY=1", f"STATUS={_RUNS}")
            case GateClosed() | GateOpened() if self._is_over:
                return
            case GateClosed(reason):
                self._tell(f"STATUS={_RUNS}, and the gate is closed: {reason}")
            case GateOpened():
                self._tell(f"STATUS={_RUNS}")
            case Stuck(reason):
                self._tell(f"STATUS=stuck: {reason}")
            case Stopping():
                self._is_over = True
                self.close()
                self._tell("STOPPING=1", "STATUS=the node stops")
            case NotStarted(_, reason) | Died(reason) | LeaseLost(reason):
                self.close()
                self._tell("STOPPING=1", f"STATUS={reason}")
            case Stopped():
                self._tell("STATUS=the node has stopped")

    def beat(self) -> None:
        """Tell that the event loop works, where systemd watches that; called every second."""
        if self._is_watched:
            self._tell("WATCHDOG=1")

    def close(self) -> None:
        """Take the ready file away: the trader does not run, or will not for long."""
        if self._file is not None:
            self._file.unlink(missing_ok=True)

    @staticmethod
    def _write(file: Path) -> None:
        file.write_text(f"{os.getpid()}\n", "utf-8")

    def _tell(self, *lines: str) -> None:
        if not self._address:
            return
        address = f"\0{self._address[1:]}" if self._address.startswith("@") else self._address
        # A supervisor that does not listen is no reason to end, and one whose buffer is full none to wait.
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.setblocking(False)  # noqa: FBT003 - of the standard library
            line.sendto("\n".join(" ".join(each.split()) for each in lines).encode(), address)
