"""What was measured, as tables, as goals met or missed, and as data."""

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from statistics import median, quantiles
from typing import Any, Final

from benchmarks.peers import FLOOR, OURS, OURS_ALL_ORIGINS, PLAIN
from benchmarks.whole_processes import HELP, IMPORT, NOTHING, SHOW

LIBRARIES: Final = (
    "nautilus-recon",
    "pydantic",
    "pydantic-settings",
    "msgspec",
    "environs",
    "typed-settings",
    "omegaconf",
    "dynaconf",
    "click",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One peer or command: its times in milliseconds and its ratio to each of the yardsticks."""

    name: str
    median_ms: float
    fastest_ms: float
    quartiles_ms: tuple[float, float]
    """Half of the rounds lie between these two."""
    ratios: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Goal:
    """A ratio that is wanted, and what it is."""

    subject: str
    yardstick: str
    most: float
    ratio: float

    @property
    def holds(self) -> bool:
        """Whether the ratio is what was wanted."""
        return self.ratio <= self.most


def rows(seconds: Mapping[str, Sequence[float]], yardsticks: tuple[str, ...]) -> list[Row]:
    """Return one row per name; ratios are of medians."""
    medians = {name: median(figures) for name, figures in seconds.items()}
    return [
        Row(
            name=name,
            median_ms=medians[name] * 1e3,
            fastest_ms=min(figures) * 1e3,
            quartiles_ms=_quartiles(figures),
            ratios={yardstick: medians[name] / medians[yardstick] for yardstick in yardsticks},
        )
        for name, figures in seconds.items()
    ]


def _quartiles(figures: Sequence[float]) -> tuple[float, float]:
    if len(figures) < 2:  # noqa: PLR2004 - one figure has no spread
        return figures[0] * 1e3, figures[0] * 1e3
    low, _, high = quantiles(figures, n=4, method="inclusive")
    return low * 1e3, high * 1e3


_GOALS: Final = (
    (OURS, PLAIN, 0.6),
    (OURS, FLOOR, 2.0),
    (OURS_ALL_ORIGINS, PLAIN, 0.6),
    (OURS_ALL_ORIGINS, FLOOR, 2.0),
    (SHOW, IMPORT, 1.2),
    (HELP, NOTHING, 4.0),
)


def goals(measured: Sequence[Row]) -> list[Goal]:
    """Return every goal that the rows can answer."""
    ratios = {row.name: row.ratios for row in measured}
    return [
        Goal(subject, yardstick, most, ratios[subject][yardstick])
        for subject, yardstick, most in _GOALS
        if subject in ratios and yardstick in ratios[subject]
    ]


def table(measured: Sequence[Row], yardsticks: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of a table.

    Args:
        measured: the rows, in any order; the quickest is printed first.
        yardsticks: the head of each ratio's column by the name of its yardstick.
    """
    width = max(len(row.name) for row in measured)
    heads = "".join(f"{head:>22}" for head in yardsticks.values())
    yield f"{'':<{width}}  {'median':>10}  {'half lie between':>19}{heads}"
    for row in sorted(measured, key=lambda row: row.median_ms):
        low, high = (f"{figure:.2f}" for figure in row.quartiles_ms)
        ratios = "".join(f"{row.ratios[name]:>20.2f} x" for name in yardsticks)
        yield f"{row.name:<{width}}  {row.median_ms:>7.2f} ms  {low:>7} - {high:>6} ms{ratios}"


def goal_lines(wanted: Sequence[Goal]) -> Iterator[str]:
    """Yield one line a goal: met or missed, and by how much."""
    for goal in wanted:
        word = "met   " if goal.holds else "missed"
        yield f"{word}  {goal.ratio:5.2f} x (at most {goal.most}): {goal.subject} / {goal.yardstick}"


def data(measured: Mapping[str, Sequence[Row]], wanted: Sequence[Goal]) -> dict[str, Any]:
    """Return everything as plain data that JSON can carry."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "variables": len(os.environ),
        "libraries": dict(_versions()),
        **{name: [asdict(row) for row in found] for name, found in measured.items()},
        "goals": [asdict(goal) | {"holds": goal.holds} for goal in wanted],
    }


def _versions() -> Iterator[tuple[str, str]]:
    for name in LIBRARIES:
        try:
            yield name, metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
