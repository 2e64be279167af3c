"""Several processes that play runs side by side, and end whatever happens."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from multiprocessing.connection import wait
from typing import Final, NamedTuple, Self

from msgspec import Struct

from reconciliation.drill.runs.job import Job
from reconciliation.drill.runs.nursery import Child, Nursery
from reconciliation.drill.stage import Played

RUNS_A_PROCESS: Final = 25
"""A node that is killed leaves memory behind; a process is replaced after so many runs."""
LOOK_EVERY_SECS: Final = 0.1
"""How soon a wish to stop is seen."""
LEAVES_WITHIN_SECS: Final = 15.0
"""What a process may take to end those that it started."""


class Finished(NamedTuple):
    """What came of a job, and the seconds it took by the clock."""

    job: Job
    played: Played
    wall_secs: float


class _Busy(Struct):
    job: Job
    begun: float
    until: float


class _Worker:
    """One process that plays.

    Args:
        child: the process, and the pipe to it.
    """

    def __init__(self, child: Child) -> None:
        self._child = child
        self.pipe = child.pipe
        self._left = RUNS_A_PROCESS
        self._is_leaving = False
        self.busy: _Busy | None = None

    @property
    def is_used_up(self) -> bool:
        return self._left <= 0

    def begin(self, job: Job) -> None:
        now = time.monotonic()
        self._left -= 1
        self.busy = _Busy(job, now, now + job.patience_secs)
        with suppress(OSError):  # it has died, which its end of the pipe will tell
            self.pipe.send(job)

    def leave(self) -> None:
        """Let it end the processes that it started, where it plays over the wire."""
        if self.busy is not None and self.busy.job.carrier == "wire":
            self._is_leaving = True
            self._child.leave()

    def end(self) -> int:
        """End the process, whatever it does, and return its exit code; below zero the signal that ended it."""
        return self._child.end(LEAVES_WITHIN_SECS if self._is_leaving else 0.0)


class Pool:
    """Processes that play runs; a context, after which none of them is left.

    Whatever happens to a process, its job comes back: as an anomaly of the drill where the process died or hung.

    Args:
        at_once: how many processes at most.
        go_on: called again and again; what it raises ends everything.
    """

    def __init__(self, at_once: int, go_on: Callable[[], None] = lambda: None) -> None:
        self.at_once = at_once
        self._go_on = go_on
        self._workers: list[_Worker] = []
        self._nursery: Nursery | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.leave()
        for worker in self._workers:
            worker.end()
        self._workers.clear()
        if self._nursery is not None:
            self._nursery.close()

    def play(self, jobs: Iterable[Job]) -> Iterator[Finished]:
        """Play jobs and yield each as it is over, whatever came of it.

        Raises:
            BaseException: what `go_on` raises.
        """
        waiting = iter(jobs)
        while True:
            self._fill(waiting)
            playing = [(worker, worker.busy) for worker in self._workers if worker.busy is not None]
            if not playing:
                return
            ready = wait([worker.pipe for worker, _ in playing], LOOK_EVERY_SECS)
            self._go_on()
            for worker, busy in playing:
                if worker.pipe in ready:
                    yield self._answer(worker, busy)
                elif time.monotonic() > busy.until:
                    yield self._hung(worker, busy)

    def _fill(self, waiting: Iterator[Job]) -> None:
        idle = [worker for worker in self._workers if worker.busy is None]
        while len(self._workers) - len(idle) < self.at_once and (job := next(waiting, None)) is not None:
            worker = idle.pop() if idle else self._new()
            worker.begin(job)
            self._go_on()

    def _new(self) -> _Worker:
        self._nursery = self._nursery or Nursery()
        worker = _Worker(self._nursery.fork())
        self._workers.append(worker)
        return worker

    def _answer(self, worker: _Worker, busy: _Busy) -> Finished:
        worker.busy = None
        try:
            played, wall_secs = worker.pipe.recv()
        except (EOFError, OSError):
            code = self._remove(worker)
            reason = f"the process ended, {_ending(code)}"
            return Finished(busy.job, busy.job.failed(reason), time.monotonic() - busy.begun)
        if worker.is_used_up:
            self._remove(worker)
        return Finished(busy.job, played, wall_secs)

    def _hung(self, worker: _Worker, busy: _Busy) -> Finished:
        worker.leave()
        self._remove(worker)
        secs = time.monotonic() - busy.begun
        return Finished(busy.job, busy.job.failed(f"it was not over after {secs:.0f} s and was ended"), secs)

    def _remove(self, worker: _Worker) -> int:
        self._workers.remove(worker)
        return worker.end()


def _ending(code: int) -> str:
    return f"by signal {-code}" if code < 0 else f"exit code {code}"
