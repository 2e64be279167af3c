"""The stock engine and client beside every guard, over the same hundred seeds: the README's picture, the guide's table.

`make comparison` plays all of it, keeps what was wrong in each run, and draws and writes both; what the stock engine
does no change of a guard alters, so that `GUARDED=yes` plays the other half alone.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any, Final, NamedTuple

import click

from figures.comparison_picture import PICTURE, svg
from figures.page import ROOT, write
from figures.playing import PRESETS, chosen, played
from reconciliation.drill.anomalies import Kind
from reconciliation.drill.planning import of_seeds
from reconciliation.drill.runs.job import Job
from reconciliation.drill.stage import Played

OUTCOMES: Final = ROOT / "figures" / "comparison.json"
PAGE: Final = ROOT / "docs" / "guides" / "drill.md"
MARK: Final = "comparison"
SEEDS: Final = range(1, 101)
MINUTES: Final = 3.0
"""How long is traded under faults, ten orders a minute."""
COLUMNS: Final[Mapping[str, frozenset[Kind]]] = {
    "wrong orders": frozenset({Kind.WRONG_STATUS, Kind.WRONG_QUANTITY, Kind.MISSING_ORDER, Kind.WRONG_OWNER}),
    "wrong positions": frozenset({Kind.PHANTOM_POSITION}),
    "invented fills": frozenset({Kind.INVENTED_FILL}),
    "duplicate fills": frozenset({Kind.DUPLICATE_FILL}),
    "missing fills": frozenset({Kind.MISSING_FILL}),
    "invented orders": frozenset({Kind.INVENTED_ORDER}),
    "did not start": frozenset({Kind.NOT_STARTED}),
}
"""What the table counts, and the anomalies behind it: each order, fill and instrument once a run."""


class Cell(NamedTuple):
    """One run."""

    preset: str
    guarded: bool
    seed: int


type Wrong = Mapping[str, int]
"""What was wrong in a run, by the table's column how often; `any` counts every anomaly."""


def job(cell: Cell) -> Job:
    """Return what is played of a seed."""
    (only,) = of_seeds(chosen(cell.preset, guarded=cell.guarded), [cell.seed], minutes=MINUTES, kills=False)
    return only


def wrong(run: Played) -> Wrong:
    """Return what was wrong in a run."""
    columns = {
        column: len({anomaly.key for anomaly in run.anomalies if anomaly.kind in kinds})
        for column, kinds in COLUMNS.items()
    }
    return {column: count for column, count in {"any": len(run.anomalies), **columns}.items() if count}


def outcomes(cells: Iterable[Cell], *, at_once: int | None = None) -> dict[Cell, Wrong]:
    """Play runs and return what was wrong in each.

    Args:
        cells: which.
        at_once: how many processes play; a core each when absent.
    """
    asked = tuple(cells)
    return dict(zip(asked, map(wrong, played(map(job, asked), at_once=at_once)), strict=True))


def read() -> dict[Cell, Wrong]:
    """Return what was kept."""
    told: list[dict[str, Any]] = json.loads(OUTCOMES.read_text("utf-8"))
    return {Cell(each["preset"], each["guarded"], each["seed"]): each["wrong"] for each in told}


def rows(outcomes: Mapping[Cell, Wrong]) -> Iterator[str]:
    """Yield the lines of the table: a preset, stock and guarded, a line."""
    yield f"| preset | | runs without anomaly | {' | '.join(COLUMNS)} |"
    yield "|---|---|" + "---|" * (1 + len(COLUMNS))
    for preset, guarded in product(PRESETS, (False, True)):
        runs = [each for cell, each in outcomes.items() if (cell.preset, cell.guarded) == (preset, guarded)]
        total = sum(map(Counter, runs), Counter[str]())
        fine = f"{sum(not each for each in runs)} of {len(runs)}"
        counts = " | ".join(f"{total[column]:,}" for column in COLUMNS)
        yield f"| {preset} | {'guarded' if guarded else 'stock'} | {fine} | {counts} |"


def picture(outcomes: Mapping[Cell, Wrong]) -> str:
    """Return the picture: all presets together, stock and guarded."""
    sides = {guarded: [each for cell, each in outcomes.items() if cell.guarded is guarded] for guarded in (False, True)}
    return svg(sides, tuple(COLUMNS))


@click.command("comparison")
@click.option("--guarded", is_flag=True, help="Play the runs with every guard; keep the stock ones.")
@click.option("--seeds", type=click.IntRange(1), default=len(SEEDS), show_default=True, help="How many seeds.")
def main(*, guarded: bool, seeds: int) -> None:
    """Play all, keep it, write the table and draw the picture."""
    cells = [Cell(*each) for each in product(PRESETS, (False, True), SEEDS[:seeds])]
    kept = read() if guarded else {}
    found = kept | outcomes(cell for cell in cells if cell.guarded or not guarded)
    found = {cell: found[cell] for cell in cells}
    lines = (json.dumps({**cell._asdict(), "wrong": each}) for cell, each in found.items())
    OUTCOMES.write_text("[\n" + ",\n".join(lines) + "\n]\n", "utf-8")
    write(MARK, PAGE, rows(found))
    PICTURE.write_text(picture(found), "utf-8")


if __name__ == "__main__":
    main()
