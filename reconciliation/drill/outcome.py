"""What came of a drill: every run with its verdict, and the runs of one story together."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from math import ceil

from msgspec import Struct

from reconciliation.drill.anomalies import Anomaly, Kind
from reconciliation.drill.runs.job import Job
from reconciliation.drill.stage import Played


class Verdict(StrEnum):
    """How a run ended, the best first."""

    PASS = "pass"  # noqa: S105 - no password
    KNOWN = "known limit"
    """The engine cannot be right here, and the scenario says why; it was wrong in that way or not at all."""
    FAIL = "FAIL"


class Run(Struct, frozen=True, kw_only=True):
    """One run that was played.

    Attributes:
        job: what was to be played.
        played: what came of it.
        wall_secs: how long it took by the clock.
    """

    job: Job
    played: Played
    wall_secs: float

    @property
    def preset(self) -> str:
        """With which settings."""
        return self.played.preset

    @property
    def unexpected(self) -> tuple[Anomaly, ...]:
        """What was wrong and is no known limit."""
        return tuple(anomaly for anomaly in self.played.anomalies if anomaly.kind not in self.job.known)

    @property
    def verdict(self) -> Verdict:
        """How it ended."""
        if self.unexpected:
            return Verdict.FAIL
        return Verdict.KNOWN if self.job.known else Verdict.PASS


class Row(Struct, frozen=True):
    """The runs of one scenario, or of seeds, under one preset; at least one."""

    runs: tuple[Run, ...]

    @property
    def preset(self) -> str:
        """With which settings."""
        return self.runs[0].preset

    @property
    def title(self) -> str:
        """The scenario, or which seeds."""
        job = self.runs[0].job
        if not job.is_of_a_seed or len(self.runs) == 1:
            return job.title
        seeds = [run.job.schedule.seed for run in self.runs]
        return f"seeds {min(seeds)} to {max(seeds)}"

    @property
    def verdict(self) -> Verdict:
        """The worst of any run."""
        return max((run.verdict for run in self.runs), key=list(Verdict).index)

    @property
    def failed(self) -> tuple[Run, ...]:
        """The runs in which something was wrong that is no known limit."""
        return tuple(run for run in self.runs if run.verdict is Verdict.FAIL)

    @property
    def kinds(self) -> Mapping[Kind, int]:
        """In how many runs each kind of anomaly was there."""
        return Counter(kind for run in self.runs for kind in dict.fromkeys(a.kind for a in run.played.anomalies))

    @property
    def known(self) -> Mapping[Kind, str]:
        """What the engine cannot do right here, and why."""
        return self.runs[0].job.known

    def agreed(self, share: float) -> float | None:
        """Return within how many seconds a share of all that agreed did so; None where none did."""
        return agreed_within(self.runs, share)


def agreed_within(runs: Iterable[Run], share: float) -> float | None:
    """Return within how many seconds of the healing a share of all runs that agreed did so; None where none did."""
    return quantile([secs for run in runs if (secs := run.played.agreed_secs) is not None], share)


def quantile(values: Sequence[float], share: float) -> float | None:
    """Return the least value that a share of all does not exceed; None of none."""
    return sorted(values)[max(ceil(share * len(values)), 1) - 1] if values else None


class Outcome(Struct, frozen=True, kw_only=True):
    """All of a drill.

    Attributes:
        runs: every run that was played, in the order they were asked for.
        wanted: how many were asked for.
        wall_secs: how long all took by the clock, cutting down left out.
        at_once: how many processes played.
        stopped_by: the signal that ended it early; empty where none did.
    """

    runs: tuple[Run, ...]
    wanted: int
    wall_secs: float
    at_once: int
    stopped_by: str = ""

    @property
    def is_fine(self) -> bool:
        """Whether everything was played and nothing was wrong that is no known limit."""
        return len(self.runs) == self.wanted and not any(run.unexpected for run in self.runs)

    @property
    def virtual_secs(self) -> float:
        """How much time all runs lasted in their own time."""
        return sum(run.played.virtual_secs for run in self.runs)

    @property
    def speed(self) -> float:
        """How many times faster than the clock they were together."""
        return self.virtual_secs / self.wall_secs if self.wall_secs else 0.0

    @property
    def rows(self) -> tuple[Row, ...]:
        """The runs of each story and preset together."""
        return tuple(_rows(self.runs))


def _rows(runs: Iterable[Run]) -> Iterator[Row]:
    groups: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        groups.setdefault((run.preset, run.job.schedule.name), []).append(run)
    for group in groups.values():
        yield Row(tuple(group))
