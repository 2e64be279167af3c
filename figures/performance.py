"""Writes `docs/performance.md` and its pictures from what `make bench`, `soak`, `fleet` and `simulator` kept.

With them the constants that `recon plan` predicts starts by.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import click

from benchmarks import boot, database, fleet, goals, report, results
from benchmarks.goals import Goal
from benchmarks.limits import figures
from benchmarks.limits.starts import Found
from benchmarks.soak.findings import Findings
from benchmarks.watched import Watched
from figures import boot_picture, growth_picture, simulator, start_seconds
from figures.page import ROOT, write

FOLDER: Final = ROOT / "figures"
PAGE: Final = ROOT / "docs" / "performance.md"
IMAGES: Final = ROOT / "docs" / "guides" / "images"
PARTS: Final = ("startup", "command", "distance", "boot", "checks", "events", "memory", "settings", "watched")
"""What `make bench` measures, in the order in which the goals stand."""
DATED: Final = (*PARTS, "database")
"""What is kept with when it was measured, and on what."""
LIMITS: Final = ("startup", "checks", "memory")
"""The parts that hold a limit of the specification."""


def kept(name: str, folder: Path = FOLDER) -> Any:
    """Return what a part came to."""
    return json.loads((folder / f"{name}.json").read_text("utf-8"))


def surroundings_lines(folder: Path = FOLDER, names: Iterable[str] = DATED) -> Iterator[str]:
    """Yield on what these were measured, a line each time that it was another."""
    named: dict[str, list[str]] = {}
    for name in names:
        named.setdefault(results.line(kept(name, folder)["on"]), []).append(name)
    for on, measured in named.items():
        yield f"- {', '.join(measured)}: {on}."


def limit_lines() -> Iterator[str]:
    """Yield the specification's limits."""
    yield from figures.limits_table([each for name in LIMITS for each in figures.read(kept(name)["limits"])])


def all_goals(folder: Path = FOLDER) -> Iterator[Goal]:
    """Yield the goals of all parts."""
    for name in PARTS:
        yield from goals.read(kept(name, folder)["goals"])


def goal_lines() -> Iterator[str]:
    """Yield all goals, met or missed, and whether a month went by without a breach."""
    found = Findings.read(kept("soak"))
    month = Goal(
        name=f"breaches in {found.days:g} days of virtual time", bound=0, unit="", measured=len(found.breaches)
    )
    yield from goals.table([*all_goals(), month])


def startup_lines() -> Iterator[str]:
    """Yield what starts came to."""
    yield from Found.read(kept("startup")["starts"]).lines()


def figure_lines(name: str) -> Iterator[str]:
    """Yield the figures of a part that measures both nodes."""
    yield from figures.table(figures.read(kept(name)["figures"]))


def boot_lines() -> Iterator[str]:
    """Yield how kinds of nodes boot."""
    yield from boot.lines(boot.read(kept("boot")["boots"]))


def settings_lines() -> Iterator[str]:
    """Yield how quickly settings resolve."""
    told = kept("settings")
    yield from report.table(report.read(told["in_process"]), report.RESOLVING)
    yield ""
    yield from report.table(report.read(told["whole_processes"]), report.STARTING)
    yield ""
    yield ", ".join(f"{name} {version}" for name, version in told["libraries"].items()) + "."


def watched_lines() -> Iterator[str]:
    """Yield what being watched costs."""
    yield from Watched(**kept("watched")["watched"]).lines()


def soak_lines() -> Iterator[str]:
    """Yield what a month came to."""
    yield from Findings.read(kept("soak")).lines()


def fleet_lines() -> Iterator[str]:
    """Yield what a fleet asks for, beside the model."""
    yield from fleet.table([fleet.Simulated.read(told) for told in kept("fleet")])


def database_lines() -> Iterator[str]:
    """Yield what one node asks of its cache's database, beside the model."""
    yield from database.Measured.read(kept("database")["database"]).lines()


def simulator_lines() -> Iterator[str]:
    """Yield how fast the simulator is."""
    yield from simulator.lines(kept("simulator"))


BLOCKS: Final[Mapping[str, Callable[[], Iterator[str]]]] = {
    "surroundings": surroundings_lines,
    "limits": limit_lines,
    "goals": goal_lines,
    "startup": startup_lines,
    "command": partial(figure_lines, "command"),
    "distance": partial(figure_lines, "distance"),
    "boot": boot_lines,
    "checks": partial(figure_lines, "checks"),
    "events": partial(figure_lines, "events"),
    "memory": partial(figure_lines, "memory"),
    "settings": settings_lines,
    "watched": watched_lines,
    "soak": soak_lines,
    "fleet": fleet_lines,
    "database": database_lines,
    "simulator": simulator_lines,
}
"""What stands between the page's marks."""


def pictures() -> dict[Path, str]:
    """Return the page's pictures by their files."""
    return {
        IMAGES / "performance-growth.svg": growth_picture.svg(Found.read(kept("startup")["starts"])),
        IMAGES / "performance-boot.svg": boot_picture.svg(boot.read(kept("boot")["boots"])),
    }


@click.command("performance")
@click.option(
    "--show",
    "folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Print what was kept here by small sizes, and write nothing.",
)
def main(*, folder: Path | None) -> None:
    """Write the page, its pictures and the constants of a start from what was measured last."""
    if folder is not None:
        click.echo("\nEverything, in small sizes: it shows that all of it runs, and no more.\n")
        for line in (*surroundings_lines(folder, PARTS), "", *goals.table([*all_goals(folder)], are_judged=False)):
            click.echo(line)
        return
    for name, lines in BLOCKS.items():
        write(name, PAGE, lines())
    for file, text in pictures().items():
        file.write_text(text, "utf-8")
    start_seconds.write(kept("startup"), kept("command"))


if __name__ == "__main__":
    main()
