"""`make bench`: what the specification allows, and what recon's node and a stock one need. Linux only.

Exit 0 when everything was measured or told why not, whether or not a limit holds.
"""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from benchmarks.limits import checks, events, figures, memory, startup
from benchmarks.limits.sizes import FULL, QUICK


@click.command("limits")
@click.option("--quick", is_flag=True, help="Small sizes: shows that everything runs, measures nothing.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures here too."
)
def main(*, quick: bool, json_file: Path | None) -> None:
    """Measure startup, periodic checks, memory and orders beside a stock node: some twenty minutes."""
    sizes = QUICK if quick else FULL
    with TemporaryDirectory() as folder:
        found = [
            figure
            for measure in (startup.startup, checks.check, memory.memory, events.events)
            for figure in measure(sizes, Path(folder), lambda text: click.echo(text, file=sys.stderr))
        ]
    for line in figures.table(found):
        click.echo(line)
    if json_file is not None:
        json_file.write_text(json.dumps(figures.data(found), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
