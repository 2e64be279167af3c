"""The process that plays runs, one after another. It imports the engine; who starts it need not."""

import gc
import os
import signal
import sys
import time
import traceback
import warnings
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from reconciliation.drill.recorded.record import Recorder
from reconciliation.drill.runs.job import Job, Recording
from reconciliation.drill.stage import Played
from reconciliation.drill.virtual import VirtualRun
from reconciliation.drill.wire.run import WireRun
from reconciliation.engine.generation import generation

_FRAMES: Final = 3
"""How many of the last places a failure of the drill is told with."""


def prepare() -> None:
    """Do once what all processes need that are forked from here on: import the engine."""
    os.dup2(2, 1)  # stdout is for the command's data, whatever a user's strategy prints
    warnings.simplefilter("ignore")  # the adapter warns of nanoseconds at each order that expires
    generation()


def serve(handle: int) -> None:
    """Play every job that comes over a pipe and send what came of it with the seconds it took, until it is closed.

    Args:
        handle: the file descriptor of the pipe's end.
    """
    pipe: Connection[Any, Any] = Connection(handle)
    while True:
        try:
            job: Job = pipe.recv()
            begun = time.perf_counter()
            came = played(job)
            sys.stdout.flush()  # this process may be killed once its answer is there
            pipe.send((came, time.perf_counter() - begun))
            gc.freeze()  # what killed nodes leave behind would be looked at again and again
        except (EOFError, OSError):  # nobody is there any more
            return


def played(job: Job) -> Played:
    """Play one job; what goes wrong in the drill itself is an anomaly of its own."""
    try:
        settings, configure = job.chosen.load(), _function(job.configure)
        if job.carrier == "virtual":
            return _played(VirtualRun(settings, job.schedule, configure), job.recording)
        signal.signal(signal.SIGTERM, _leave)
        return WireRun(settings, job.schedule, configure).play()
    except Exception as error:  # noqa: BLE001 - none of a thousand runs may take the others with it
        return job.failed(f"{type(error).__name__}: {error} ({_places(error)})")


def _played(run: VirtualRun, recording: Recording) -> Played:
    recorder = None if recording is Recording.NONE else Recorder(run)
    came = run.play()
    if recorder is None or not (came.anomalies or recording is Recording.EVERY):
        return came
    return replace(came, record=recorder.record(came))


def _leave(number: int, _frame: object) -> None:
    """Unwind, so that the processes of the run end with this one."""
    signal.signal(number, signal.SIG_IGN)
    sys.exit(1)


def _function(target: str) -> Any:
    """Return the user's function, which the command has found before."""
    if not target:
        return None
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)


def _places(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return ", ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
