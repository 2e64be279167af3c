"""Programs of Prometheus, run for a picture or a test on a free port of this machine alone."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final

import yaml

from reconciliation.embedded.failures import ProcessFailedError

FOLDER = Path(__file__).resolve().parents[1] / ".parts/usr/bin"
"""Where `make parts` puts them."""
PATIENCE_SECS: Final = 40.0
_LISTENS: Final = re.compile(r'msg="?Listening on"? .*?address=(\S+)')
_TOLD_LINES: Final = 10


def program(*names: str) -> str:
    """Return the first of these that is on the PATH, or was fetched.

    Raises:
        ProcessFailedError: none is.
    """
    places = os.pathsep.join((os.environ.get("PATH", os.defpath), str(FOLDER)))
    for name in names:
        if found := shutil.which(name, path=places):
            return found
    raise ProcessFailedError(f"there is no {names[0]} here; `make parts` fetches it, or says how to get it")


@contextmanager
def running(command: str, folder: Path, name: str, config: Mapping[str, Any], *options: str) -> Iterator[str]:
    """Run a server until the end of the block, and yield its host and port once it is ready.

    Args:
        command: the program.
        folder: where it runs; its configuration and its log go there.
        name: of these files.
        config: its configuration.
        options: what else it is told.

    Raises:
        ProcessFailedError: it ends, or does not answer.
    """
    file, log = folder / f"{name}.yml", folder / f"{name}.log"
    file.write_text(yaml.safe_dump(dict(config)), "utf-8")
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - all of it is ours
            [command, f"--config.file={file}", "--web.listen-address=127.0.0.1:0", *options],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _ready(process, name, log)
    finally:
        process.kill()
        process.wait()


def get(address: str, path: str) -> tuple[int, bytes]:
    """Return the status and the body of an answer; the status is 0 where there was none."""
    connection = HTTPConnection(address, timeout=PATIENCE_SECS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, HTTPException) as error:
        return 0, str(error).encode()
    finally:
        connection.close()


def _ready(process: subprocess.Popen[bytes], name: str, log: Path) -> str:
    deadline = time.monotonic() + PATIENCE_SECS
    while process.poll() is None and time.monotonic() < deadline:
        found = _LISTENS.search(log.read_text("utf-8", "replace"))
        if found and get(found[1], "/-/ready")[0] == 200:  # noqa: PLR2004 - of HTTP
            return found[1]
        time.sleep(0.05)
    said = log.read_text("utf-8", "replace").splitlines()[-_TOLD_LINES:]
    raise ProcessFailedError("\n".join([f"{name} does not answer:", *said]))
