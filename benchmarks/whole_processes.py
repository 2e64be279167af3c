"""Timing whole processes, from start to exit, in turns."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from benchmarks.in_process import Progress

NOTHING: Final = "python -c pass"
IMPORT: Final = 'python -c "import pydantic_settings"'
SHOW: Final = "recon show"
CHECK: Final = "recon check"
HELP: Final = "recon --help"


class ProcessError(Exception):
    """A process that was to be timed is missing or failed."""


def commands() -> Mapping[str, tuple[str, ...]]:
    """Return what is timed: the installed `recon` beside the interpreter that runs this, and that interpreter."""
    recon = str(Path(sys.executable).with_name("recon"))
    return {
        NOTHING: (sys.executable, "-c", "pass"),
        IMPORT: (sys.executable, "-c", "import pydantic_settings"),
        SHOW: (recon, "show"),
        CHECK: (recon, "check"),
        HELP: (recon, "--help"),
    }


def measure(*, rounds: int, progress: Progress) -> dict[str, list[float]]:
    """Return each command's seconds, one figure a round; a round before the first, untimed, warms the file cache.

    Raises:
        ProcessError: a command cannot be started, or does not exit 0.
    """
    seconds: dict[str, list[float]] = {name: [] for name in commands()}
    # Neither a variable of ours nor one that turns Python's own caching off.
    environment = {name: text for name, text in os.environ.items() if not name.startswith(("RECON_", "PYTHON"))}
    with TemporaryDirectory() as directory:  # holds no settings, so that recon reads those it ships
        for number in range(rounds + 1):
            for name, command in commands().items():
                duration = _duration(name, command, environment, directory)
                if number > 0:
                    seconds[name].append(duration)
            if number > 0:
                progress(number, rounds)
    return seconds


def _duration(name: str, command: tuple[str, ...], environment: Mapping[str, str], directory: str) -> float:
    started = perf_counter()
    try:
        done = subprocess.run(  # noqa: S603 - the commands above and no others
            command, env=environment, cwd=directory, capture_output=True, text=True, check=False
        )
    except OSError as error:
        raise ProcessError(f"{name} cannot be started: {error.strerror}") from None
    duration = perf_counter() - started
    if done.returncode != 0:
        raise ProcessError(f"{name} exits {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
    return duration
