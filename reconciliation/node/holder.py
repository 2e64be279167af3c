"""Who holds a lease: enough for a person to find the process, and for a process to know whether it still lives."""

import os
import secrets
import socket
import sys
import time
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError


class Process(BaseModel):
    """A process of one host, told so that another one of the same host can find it.

    Attributes:
        boot: of the host's kernel.
        namespace: in which its pid counts; two containers of one host have two.
        pid: its number there.
        begun: when it began, in the kernel's ticks; a pid is given out again.
    """

    model_config = ConfigDict(frozen=True)

    boot: str
    namespace: str
    pid: int
    begun: str

    @classmethod
    def current(cls) -> Self | None:
        """Return this process; None where the system tells nothing of processes under `/proc`."""
        if sys.platform != "linux":
            return None
        try:
            boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
            namespace = str(Path("/proc/self/ns/pid").readlink())
            pid = os.getpid()
            return cls(boot=boot, namespace=namespace, pid=pid, begun=_begun(pid))
        except OSError:
            return None

    def has_ended(self) -> bool:
        """Whether it is certain that it lives no more: only a process of the same host and namespace can know."""
        here = Process.current()
        if here is None or (here.boot, here.namespace) != (self.boot, self.namespace):
            return False
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except OSError:  # it lives, and is another user's
            pass
        try:
            return _begun(self.pid) != self.begun
        except ProcessLookupError:
            return True
        except OSError:  # /proc may hide what others run: no sign that it has ended
            return False


def _begun(pid: int) -> str:
    """Return when a process began; its name, which may hold anything, ends with the last parenthesis.

    Raises:
        OSError: there is none.
    """
    state, *rest = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    if state == "Z":
        raise ProcessLookupError(pid)
    return rest[18]


class Holder(BaseModel):
    """A node that holds a lease, as it stands in the database.

    Attributes:
        trader_id: of the node.
        host: where it runs, by the name that this host gives itself.
        pid: of its process, there.
        since: since when it holds the lease, seconds since the epoch by its own clock.
        number: the lease's count of holders when it was taken; it only grows, so that the older of two is known.
        key: drawn for this node alone.
        process: its process, for others on its host.
    """

    model_config = ConfigDict(frozen=True)

    trader_id: str
    host: str
    pid: int
    since: float
    number: int
    key: str
    process: Process | None

    @classmethod
    def current(cls, trader_id: str, number: int) -> Self:
        """Return a holder in this process, from now on."""
        return cls(
            trader_id=trader_id,
            host=socket.gethostname(),
            pid=os.getpid(),
            since=time.time(),
            number=number,
            key=secrets.token_hex(8),
            process=Process.current(),
        )

    @classmethod
    def read(cls, value: bytes | None) -> Self | None:
        """Return who stands in the database; None where nobody does, or something that no node has written."""
        try:
            return None if value is None else cls.model_validate_json(value)
        except ValidationError:
            return None

    def __str__(self) -> str:
        return f"trader {self.trader_id} at {self.host}, pid {self.pid}"
