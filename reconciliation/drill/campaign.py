"""A drill as a whole: all runs played, and what failed cut down and saved."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from reconciliation.drill.anomalies import Kind
from reconciliation.drill.outcome import Outcome, Run
from reconciliation.drill.planning import rehearsal
from reconciliation.drill.runs.job import CarrierName, Chosen, Job, Recording
from reconciliation.drill.runs.pool import Pool
from reconciliation.drill.saved import Saved, file_name
from reconciliation.drill.schedule import Schedule
from reconciliation.drill.shrink import Shrinking, Shrunk, telling
from reconciliation.drill.venues import VenueName
from reconciliation.errors import UnusableError
from reconciliation.node.signals import StopRequestedError

MOST_CUT_DOWN: Final = 3
"""How many failed seeds are cut down, each of another kind; the others are named and can be drilled by themselves."""


class NotStartingError(UnusableError):
    """The node does not even start with these settings."""


class Failure(Struct, frozen=True, kw_only=True):
    """A failed run that was saved.

    Attributes:
        run: as it was played.
        file: where it is saved.
        saved: what is in the file: the run cut down, where a seed had derived it.
        shrunk: how it was cut down; None where it was not.
    """

    run: Run
    file: Path
    saved: Saved
    shrunk: Shrunk | None = None


class Campaign:
    """Plays runs and sees to what failed.

    Args:
        pool: the processes that play.
        tell: told in a line how far it is.
    """

    def __init__(self, pool: Pool, tell: Callable[[str], None]) -> None:
        self._pool = pool
        self._tell = tell

    def rehearse(
        self, chosen: Chosen, configure: str, carrier: CarrierName = "virtual", venue: VenueName = "BINANCE"
    ) -> None:
        """See that a node starts where nothing goes wrong.

        Raises:
            NotStartingError: it does not, and why.
        """
        for finished in self._pool.play([rehearsal(chosen, configure, carrier, venue)]):
            if finished.played.anomalies:
                raise NotStartingError(f"nothing can be drilled: {finished.played.anomalies[0].text}")
            if finished.played.refused:
                raise NotStartingError(f"the node does not start with these settings: {finished.played.refused[0]}")

    def play(self, jobs: Sequence[Job], tell: Callable[[Run, int], None]) -> Outcome:
        """Play all runs, or those that can be played before a signal stops it.

        Args:
            jobs: the runs.
            tell: told of each run and how many are over.
        """
        places = {id(job): place for place, job in enumerate(jobs)}
        runs: dict[int, Run] = {}
        stopped_by, begun = "", time.monotonic()
        try:
            for job, played, wall_secs in self._pool.play(sorted(jobs, key=_turn)):
                run = runs[places[id(job)]] = Run(job=job, played=played, wall_secs=wall_secs)
                tell(run, len(runs))
        except StopRequestedError as stopped:
            stopped_by = str(stopped)
        return Outcome(
            runs=tuple(runs[place] for place in sorted(runs)),
            wanted=len(jobs),
            wall_secs=time.monotonic() - begun,
            at_once=self._pool.at_once,
            stopped_by=stopped_by,
        )

    def save(self, outcome: Outcome, folder: Path) -> Iterator[Failure]:
        """Save what failed and yield each as it is saved: of a scenario one run, of seeds one of each kind, cut down.

        What was played over the wire is saved as it is: to cut it down would take hours, and it may come out otherwise.

        Raises:
            UnusableError: it cannot be written.
        """
        kinds: set[tuple[str, Kind]] = set()
        for row in outcome.rows:
            for run in row.failed:
                kind = telling(run.unexpected)
                if not run.job.is_of_a_seed or run.job.carrier == "wire":
                    yield self._saved(run, run, folder)
                    break
                if (run.preset, kind) not in kinds and len(kinds) < MOST_CUT_DOWN:
                    kinds.add((run.preset, kind))
                    shrunk = self._shrunk(run, kind)
                    smallest = run if shrunk is None else self._played(run.job, shrunk.schedule)
                    yield self._saved(run, smallest, folder, shrunk)

    def _saved(self, run: Run, smallest: Run, folder: Path, shrunk: Shrunk | None = None) -> Failure:
        failure = Failure(run=run, file=folder / file_name(run), saved=Saved.of(smallest), shrunk=shrunk)
        failure.saved.write(failure.file)
        return failure

    def _shrunk(self, run: Run, kind: Kind) -> Shrunk | None:
        """Return a run cut down; None where the same does not go wrong again."""

        def shows(schedules: Sequence[Schedule]) -> Sequence[bool]:
            return [any(a.kind is kind for a in each.unexpected) for each in self._all(run.job, schedules)]

        def tell(schedule: Schedule, plays: int) -> None:
            self._tell(f"cutting down {run.job.title}: {len(schedule.operations)} operations after {plays} plays")

        tell(run.job.schedule, 0)
        if not all(shows([run.job.schedule])):
            return None
        return Shrinking(run.job.schedule, shows, at_once=self._pool.at_once, tell=tell).run()

    def _played(self, job: Job, schedule: Schedule) -> Run:
        (run,) = self._all(job, [schedule])
        return run

    def _all(self, job: Job, schedules: Sequence[Schedule]) -> Sequence[Run]:
        jobs = [replace(job, schedule=schedule, recording=Recording.NONE) for schedule in schedules]
        runs = {id(each): Run(job=each, played=played, wall_secs=secs) for each, played, secs in self._pool.play(jobs)}
        return [runs[id(each)] for each in jobs]


def _turn(job: Job) -> float:
    """Return when a job's turn is: over the wire each takes as long as it says, so that the longest go first."""
    return -job.longest_secs if job.carrier == "wire" else 0.0
