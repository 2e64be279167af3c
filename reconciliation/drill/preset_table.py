"""Play every preset against every fault, stock and guarded, and write the table down; `make preset-faults` runs it.

It takes about a quarter of an hour: most of it is waiting for venues to come back, many at once.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Final, NamedTuple

import click

from reconciliation.drill.cell import Cell, Outcome, run
from reconciliation.drill.faults import FAULTS
from reconciliation.embedded.failures import ProcessFailedError

PRESETS: Final = ("conservative", "standard", "aggressive")
BEGIN, END = "<!-- the table begins -->\n", "<!-- the table ends -->\n"
AT_ONCE: Final = 12


class Name(NamedTuple):
    """Which cell of the table."""

    preset: str
    fault: str
    guarded: bool

    def __str__(self) -> str:
        return f"{self.preset}, {self.fault}, {'guarded' if self.guarded else 'stock'}"


NAMES: Final = tuple(
    Name(preset, fault.name, guarded) for fault in FAULTS for preset in PRESETS for guarded in (False, True)
)
"""Every cell, in the table's order."""


def main() -> int:
    """Play the cells that are asked for, keep the others, and write both files.

    Returns:
        1 when a cell could not be played, or a preset with every guard left something unrepaired.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("outcomes", type=Path, help="the file that keeps the outcomes")
    parser.add_argument("page", type=Path, help="the page that shows the table")
    parser.add_argument("--preset", choices=PRESETS, action="append", help="these presets only")
    parser.add_argument("--fault", choices=[fault.name for fault in FAULTS], action="append", help="these faults only")
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help="how many nodes at a time")
    parser.add_argument("--write", action="store_true", help="only write the page anew from the outcomes there are")
    arguments = parser.parse_args()
    outcomes = read(arguments.outcomes)
    if not arguments.write:
        wanted = [
            name
            for name in NAMES
            if name.preset in (arguments.preset or PRESETS) and (not arguments.fault or name.fault in arguments.fault)
        ]
        played = dict(_played(wanted, arguments.at_once))
        outcomes |= played
        keep(outcomes, arguments.outcomes)
        if len(played) < len(wanted):
            return 1
    text = arguments.page.read_text("utf-8")
    before, rest = text.split(BEGIN)
    table = "\n".join(rows(outcomes))
    arguments.page.write_text(f"{before}{BEGIN}{table}\n{END}{rest.split(END)[1]}", "utf-8")
    unrepaired = [name for name, outcome in outcomes.items() if name.guarded and not outcome.agreed]
    for name in unrepaired:
        click.echo(f"{name}: {outcomes[name].wrong}, with every guard", err=True)
    return 1 if unrepaired else 0


def _played(names: list[Name], at_once: int) -> Iterator[tuple[Name, Outcome]]:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="recon-presets-") as folder, ThreadPoolExecutor(at_once) as pool:
        games = {
            pool.submit(run, name.preset, happen_of(name.fault), Path(folder) / str(n), guarded=name.guarded): name
            for n, name in enumerate(names)
        }
        for done, game in enumerate(as_completed(games), 1):
            name = games[game]
            told = f"{done}/{len(names)} after {time.monotonic() - begun:.0f} s: {name}"
            try:
                outcome = game.result()
            except (ProcessFailedError, TimeoutError) as error:
                click.echo(f"{told}: not played: {error}", err=True)
                continue
            click.echo(f"{told}: {outcome.text()}", err=True)
            yield name, outcome


def happen_of(name: str) -> Callable[[Cell], None]:
    """Return what does a fault of the table."""
    return next(fault.happen for fault in FAULTS if fault.name == name)


def read(file: Path) -> dict[Name, Outcome]:
    """Return the outcomes that were written down; none when there is no such file."""
    if not file.is_file():
        return {}
    return {
        Name(item["preset"], item["fault"], item["guarded"]): Outcome(
            item["agreed"], item["secs"], item["wrong"], item["made_up"]
        )
        for item in json.loads(file.read_text("utf-8"))
    }


def keep(outcomes: Mapping[Name, Outcome], file: Path) -> None:
    """Write the outcomes down."""
    items = [
        name._asdict() | asdict(outcome) | {"secs": round(outcome.secs, 1)}
        for name, outcome in sorted(outcomes.items())
    ]
    file.write_text(json.dumps(items, indent=1) + "\n", "utf-8")


def rows(outcomes: Mapping[Name, Outcome]) -> Iterator[str]:
    """Yield the lines of the table, a fault a line; a cell that was not played is empty."""
    yield ""
    yield "| fault | " + " | ".join(f"{preset}, {kind}" for preset in PRESETS for kind in ("stock", "guarded")) + " |"
    yield "|---|" + "---|" * (2 * len(PRESETS))
    for fault in FAULTS:
        cells = (outcomes.get(name) for name in NAMES if name.fault == fault.name)
        yield f"| {fault.name} | " + " | ".join(cell.text() if cell else "" for cell in cells) + " |"
    yield ""


if __name__ == "__main__":
    sys.exit(main())
