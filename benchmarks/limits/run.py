"""`make bench`: what recon's node and a stock one need, and the limits and goals for it. Linux only.

A part that cannot be measured is told with why, and the others are measured all the same. Exit 0 when each part was,
whether or not a limit holds, and 1 otherwise.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click

from benchmarks import goals, results
from benchmarks.limits import checks, command, distance, events, memory, startup
from benchmarks.limits.measuring import Progress
from benchmarks.limits.part import Part
from benchmarks.limits.sizes import FULL, QUICK, Sizes
from benchmarks.limits.starts import Found
from benchmarks.measured_process import NotMeasuredError


def _startup(sizes: Sizes, folder: Path, progress: Progress) -> Part:
    found = Found(startup.startup(sizes, folder, progress))
    return Part(limits=tuple(found.limits()), goals=tuple(found.goals()), more={"starts": found.data()})


PARTS: Final[Mapping[str, Callable[[Sizes, Path, Progress], Part]]] = {
    "startup": _startup,
    "command": command.command,
    "distance": distance.distance,
    "checks": checks.check,
    "events": events.events,
    "memory": memory.memory,
}
"""What is measured, in this order."""


@click.command("limits")
@click.argument("parts", nargs=-1, type=click.Choice(list(PARTS)))
@click.option("--quick", is_flag=True, help="Small sizes: shows that everything runs, measures nothing.")
@click.option(
    "--json", "json_folder", type=click.Path(path_type=Path, file_okay=False), help="Write a file a part in here too."
)
def main(parts: tuple[str, ...], *, quick: bool, json_folder: Path | None) -> None:
    """Measure startup, the command, checks, orders and memory beside a stock node: some forty minutes.

    PARTS are what is measured; all when absent.
    """
    sizes = QUICK if quick else FULL
    failed = []
    for name in parts or PARTS:
        try:
            with TemporaryDirectory() as folder:
                found = PARTS[name](sizes, Path(folder), lambda text: click.echo(text, file=sys.stderr))
        except NotMeasuredError as error:
            failed.append(f"{name} was not measured: {error}")
            continue
        lines = Found.read(found.more["starts"]).lines() if "starts" in found.more else found.lines()
        for line in (f"\n{name}\n", *lines, "", *goals.table(found.goals, are_judged=not quick)):
            click.echo(line)
        if json_folder is not None:
            results.keep(json_folder / f"{name}.json", found.data(), found.goals)
    if failed:
        raise click.ClickException("\n".join(failed))


if __name__ == "__main__":
    main()
