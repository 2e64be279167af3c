"""How fast the simulator is, as `docs/performance.md` shows it; `make simulator` measures it."""

import json
import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import click

from figures.page import ROOT
from figures.playing import chosen
from reconciliation.cli.progress import Progress
from reconciliation.drill.campaign import Campaign
from reconciliation.drill.planning import of_scenarios, of_seeds
from reconciliation.drill.runs.job import Job
from reconciliation.drill.runs.pool import Pool
from reconciliation.drill.scenario import shipped_scenarios
from reconciliation.rules.figures import duration, number

FILE: Final = ROOT / "figures" / "simulator.json"
PRESET: Final = "standard"
SEEDS: Final = 1_000
ALONE: Final = 10
"""How many seeds one process plays for the speed of one core."""
MINUTES: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """How long some runs took.

    Attributes:
        name: what was played.
        runs: how many.
        processes: how many played.
        wall_secs: by the clock.
        virtual_secs: in the runs' own time, together.
        wrong: how many went wrong, known limits left out.
        goal: what is wanted.
        is_met: whether it was so; None where the runs are not those it is about.
    """

    name: str
    runs: int
    processes: int
    wall_secs: float
    virtual_secs: float
    wrong: int
    goal: str
    is_met: bool | None

    def cells(self) -> Sequence[str]:
        """Return it as cells of a table."""
        met = {True: "met", False: "**missed**", None: "not told by so few"}[self.is_met]
        return (
            self.name,
            f"{self.runs:,}",
            str(self.processes),
            duration(self.wall_secs),
            number(round(self.virtual_secs / self.wall_secs)),
            str(self.wrong),
            f"{self.goal}: {met}",
        )


def timed(
    name: str, jobs: Iterable[Job], processes: int, *, goal: str, is_met: Callable[[float, float], bool | None]
) -> Speed:
    """Play runs and return how long they took; what went wrong is told on stderr.

    Args:
        name: what is played.
        jobs: the runs.
        processes: how many play.
        goal: what is wanted.
        is_met: whether it is, given the seconds by the clock and in the runs' own time.
    """
    asked, progress = tuple(jobs), Progress()
    with Pool(processes) as pool:
        outcome = Campaign(pool, progress.show).play(asked, lambda _, done: progress.counted(done, len(asked), 0))
    progress.clear()
    click.echo(f"{name}: {len(asked)} runs in {outcome.wall_secs:.0f} s", file=sys.stderr)
    wrong = [run for run in outcome.runs if run.unexpected]
    for run in wrong:
        click.echo(f"{run.job.title}: {', '.join(map(str, run.unexpected))}", file=sys.stderr)
    return Speed(
        name=name,
        runs=len(asked),
        processes=processes,
        wall_secs=outcome.wall_secs,
        virtual_secs=outcome.virtual_secs,
        wrong=len(wrong),
        goal=goal,
        is_met=is_met(outcome.wall_secs, outcome.virtual_secs),
    )


def measured(seeds: int) -> Iterator[Speed]:
    """Measure the simulator."""
    choice, cores = chosen(PRESET, guarded=True), os.cpu_count() or 1
    yield timed(
        f"seeds of {MINUTES:g} minutes, ten orders a minute",
        of_seeds(choice, range(1, ALONE + 1), minutes=MINUTES, kills=False),
        1,
        goal="at least 300 times real time on one core",
        is_met=lambda wall, virtual: virtual / wall >= 300,  # noqa: PLR2004 - the goal
    )
    yield timed(
        "`recon drill`, every scenario",
        of_scenarios(choice, shipped_scenarios().values(), [1]),
        cores,
        goal="within a minute",
        is_met=lambda wall, _: wall <= 60,  # noqa: PLR2004 - the goal
    )
    yield timed(
        f"seeds of {MINUTES:g} minutes",
        of_seeds(choice, range(1, seeds + 1), minutes=MINUTES, kills=False),
        cores,
        goal="1,000 within 15 minutes on two cores",
        is_met=lambda wall, _: wall <= 900 if seeds >= SEEDS and cores <= 2 else None,  # noqa: PLR2004 - the goal
    )


def lines(told: Mapping[str, Any]) -> Iterator[str]:
    """Yield what was kept: the machine, and a table."""
    yield f"Python {told['python']}, {told['machine']}, {told['processors']} processors."
    yield ""
    yield "| what is played | runs | processes | takes | times real time | went wrong | goal |"
    yield "|---|---|---|---|---|---|---|"
    for each in told["speeds"]:
        yield f"| {' | '.join(Speed(**each).cells())} |"


@click.command("simulator")
@click.option("--seeds", type=click.IntRange(1), default=SEEDS, show_default=True, help="How many seeds are timed.")
def main(*, seeds: int) -> None:
    """Measure the simulator: a quarter of an hour."""
    told = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "speeds": [asdict(speed) for speed in measured(seeds)],
    }
    FILE.write_text(json.dumps(told, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
