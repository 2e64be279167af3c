"""What was measured, as tables, as goals, and as data."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from statistics import median, quantiles
from typing import Any, Final

from benchmarks.goals import Goal
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


RESOLVING: Final = {PLAIN: "to pydantic-settings", FLOOR: "to the floor"}
STARTING: Final = {IMPORT: "to that import", NOTHING: "to pass"}
"""What figures are held against, with the heads of their columns."""
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
        Goal(name=f"{subject} / {yardstick}", bound=most, measured=ratios[subject][yardstick])
        for subject, yardstick, most in _GOALS
        if subject in ratios and yardstick in ratios[subject]
    ]


def table(measured: Sequence[Row], yardsticks: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of a table.

    Args:
        measured: the rows, in any order; the quickest is printed first.
        yardsticks: the head of each ratio's column by the name of its yardstick.
    """
    yield f"| | median | half lie between | {' | '.join(yardsticks.values())} |"
    yield f"|---|---|---|{'---|' * len(yardsticks)}"
    for row in sorted(measured, key=lambda row: row.median_ms):
        low, high = row.quartiles_ms
        ratios = " | ".join(f"{row.ratios[name]:.2f} x" for name in yardsticks)
        yield f"| {row.name} | {row.median_ms:.2f} ms | {low:.2f} - {high:.2f} ms | {ratios} |"


def data(measured: Mapping[str, Sequence[Row]]) -> dict[str, Any]:
    """Return everything as plain data that JSON can carry."""
    return {
        "variables": len(os.environ),
        "libraries": dict(_versions()),
        **{name: [asdict(row) for row in found] for name, found in measured.items()},
    }


def read(told: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return rows from plain data."""
    return [Row(**{**each, "quartiles_ms": tuple(each["quartiles_ms"])}) for each in told]


def _versions() -> Iterator[tuple[str, str]]:
    for name in LIBRARIES:
        try:
            yield name, metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
