"""`make bench`: how quickly recon resolves settings and starts, beside its peers.

Prints two tables and the goals; progress goes to stderr. Exit 0 when everything was measured, whether or not the goals
hold (a ratio depends on the machine); 1 when the peers disagree or one of them cannot run.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from benchmarks import goals, in_process, report, results, whole_processes
from benchmarks.agreement import DisagreementError, check_agreement
from benchmarks.peers import PeerMissingError, load_peers


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
            in_process.measure(peers, rounds=rounds, calls=calls, progress=_progress("in process")),
            tuple(report.RESOLVING),
        )
        starting = report.rows(
            whole_processes.measure(rounds=starts, progress=_progress("whole processes")),
            tuple(report.STARTING),
        )
    except (PeerMissingError, DisagreementError, whole_processes.ProcessError) as error:
        click.echo(str(error), err=True)
        raise SystemExit(1) from None

    wanted = report.goals([*resolving, *starting])
    click.echo(f"\nResolving {len(values)} leaves from defaults, a preset and 7 variables, in process\n")
    _echo(report.table(resolving, report.RESOLVING))
    click.echo("\nWhole processes, warm\n")
    _echo(report.table(starting, report.STARTING))
    click.echo("\nGoals\n")
    _echo(goals.table(wanted, are_judged=not quick))
    if json_file is not None:
        results.keep(json_file, report.data({"in_process": resolving, "whole_processes": starting}), wanted)


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
