"""Boots a node many times and sends each a signal a little later than the one before, over a whole boot.

Importing the engine takes a second and is the same each time; so it is done once, and each node is a fork of that.
Prints, as JSON, how long a boot takes and how each one ended: `forked_boots.py COUNT`.
"""

import gc
import json
import os
import signal
import sys
import time
from pathlib import Path

from reconciliation.cli import nodes  # noqa: F401
from reconciliation.cli.main import main
from reconciliation.engine.generation import generation

LONGEST_SECS = 20.0
_POLL_SECS = 0.002


def booted(events: Path) -> int:
    """Start a node in a process of its own; return its process id."""
    events.unlink(missing_ok=True)
    pid = os.fork()
    if pid:
        return pid
    for descriptor, target in ((1, os.devnull), (2, str(events))):
        os.dup2(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    try:
        main(["run"])
    except SystemExit as end:
        os._exit(int(end.code or 0))
    finally:
        os._exit(70)


def code_of(pid: int) -> int | None:
    """Await a process's end; None when it is not in sight."""
    deadline = time.monotonic() + LONGEST_SECS
    while time.monotonic() < deadline:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(_POLL_SECS)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


def secs_to_start(events: Path) -> float:
    """How long a boot takes that nobody disturbs."""
    begun = time.monotonic()
    pid = booted(events)
    while "node_started" not in (events.read_text() if events.exists() else ""):
        if time.monotonic() > begun + LONGEST_SECS:
            raise TimeoutError("the node does not start")
        time.sleep(_POLL_SECS)
    took = time.monotonic() - begun
    os.kill(pid, signal.SIGTERM)
    code_of(pid)
    return took


def main_process(count: int) -> None:
    events = Path("forked-events")
    generation()  # imports the engine
    gc.freeze()  # or each node's collector would copy every page that it looks at
    secs_to_start(events)  # what loads late has loaded with it
    whole = secs_to_start(events)
    ends = []
    for number in range(count):
        after = whole * 1.1 * number / count
        pid = booted(events)
        time.sleep(after)
        os.kill(pid, signal.SIGTERM)
        code = code_of(pid)
        ends.append({"after": after, "code": code, "events": events.read_text() if events.exists() else ""})
    print(json.dumps({"whole_secs": whole, "ends": ends}))


if __name__ == "__main__":
    main_process(int(sys.argv[1]))
