"""`make bench`: how quickly recon resolves settings and starts, beside its peers.

Prints two tables and the goals; progress goes to stderr. Exit 0 when everything was measured, whether or not the goals
hold (a ratio depends on the machine); 1 when the peers disagree or one of them cannot run.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from benchmarks import in_process, report, whole_processes
from benchmarks.agreement import DisagreementError, check_agreement
from benchmarks.peers import FLOOR, PLAIN, PeerMissingError, load_peers


@click.command("bench")
@click.option("--quick", is_flag=True, help="Few rounds: shows that everything runs, measures nothing well.")
@click.option("--installed", is_flag=True, help="Leave out the peers whose library is missing here.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures here too."
)
def main(*, quick: bool, installed: bool, json_file: Path | None) -> None:
    """Compare recon with its peers: the same 35 leaves from defaults, a preset and 7 variables."""
    rounds, calls, starts = (3, 1, 1) if quick else (100, 5, 25)
    try:
        peers = load_peers(installed_only=installed)
        values = check_agreement(peers)
        click.echo(f"{len(peers)} rows of {len(values)} leaves, and all resolve the same values", err=True)
        resolving = report.rows(
            in_process.measure(peers, rounds=rounds, calls=calls, progress=_progress("in process")), (PLAIN, FLOOR)
        )
        starting = report.rows(
            whole_processes.measure(rounds=starts, progress=_progress("whole processes")),
            (whole_processes.IMPORT, whole_processes.NOTHING),
        )
    except (PeerMissingError, DisagreementError, whole_processes.ProcessError) as error:
        click.echo(str(error), err=True)
        raise SystemExit(1) from None

    goals = report.goals([*resolving, *starting])
    click.echo(f"\nResolving {len(values)} leaves from defaults, a preset and 7 variables, in process\n")
    _echo(report.table(resolving, {PLAIN: "to pydantic-settings", FLOOR: "to the floor"}))
    click.echo("\nWhole processes, warm\n")
    _echo(report.table(starting, {whole_processes.IMPORT: "to that import", whole_processes.NOTHING: "to pass"}))
    click.echo("\nGoals\n")
    _echo(report.goal_lines(goals))
    if json_file is not None:
        measured = {"in_process": resolving, "whole_processes": starting}
        json_file.write_text(json.dumps(report.data(measured, goals), indent=2) + "\n", "utf-8")


def _echo(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)


def _progress(what: str) -> in_process.Progress:
    terminal = sys.stderr.isatty()

    def told(done: int, total: int) -> None:
        if terminal:
            click.echo(f"\r{what}: {done} of {total} rounds", nl=done == total, err=True)
        elif done == total or done % max(1, total // 4) == 0:
            click.echo(f"{what}: {done} of {total} rounds", err=True)

    return told


if __name__ == "__main__":
    main()
