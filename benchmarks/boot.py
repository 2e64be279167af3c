"""`make bench`: how long a boot takes, from the start of a process until its trader runs. Linux only.

A node that is written by hand with the engine alone, the same file with the libraries loaded that recon stands on, the
same node built with recon, and `recon run` start in turns, against one venue whose account has a small history, and
each with a database of its own.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

import click

from benchmarks import goals, results
from benchmarks.goals import Goal
from benchmarks.limits.measuring import cache, surroundings
from benchmarks.measured_process import NotMeasuredError, measured_process

BOOTS_AT_MOST: Final = 1.15
BY_HAND: Final = "written by hand"
LIBRARIES: Final = "by hand, with recon's libraries"
BUILT: Final = "build_node"
COMMAND: Final = "recon run"
ABSENT: Final = Path(__file__).parent / "boots" / "absent"
"""What the tools of this repository bring and no node has, so that a boot is measured as it is where nodes run."""
RUNNING: Final = "running"
"""The last step, which all nodes tell."""

COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    BY_HAND: (sys.executable, "-m", "benchmarks.boots.hand_written"),
    LIBRARIES: (sys.executable, "-m", "benchmarks.boots.with_libraries"),
    BUILT: (sys.executable, "-m", "benchmarks.boots.with_recon"),
    COMMAND: (str(Path(sys.executable).with_name("recon")), "run", "benchmarks.boots.with_recon:configure"),
}
"""What is run, by the kind of the node."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far a boot had come.

    Attributes:
        name: of the step that was done.
        secs: since its process was started.
        cpu_secs: of processor time that it had taken, all threads.
    """

    name: str
    secs: float
    cpu_secs: float


type Boot = tuple[Step, ...]
"""The steps of a boot in their order; the last one is that its trader runs."""


def booted(kind: str, env: Mapping[str, str], folder: Path) -> Boot:
    """Boot a node, stop it, and return the steps of its boot.

    Args:
        kind: of the node.
        env: its `RECON_*` variables.
        folder: where it runs and its log goes.

    Raises:
        NotMeasuredError: it ended, or fell silent, before its trader ran.
    """
    with measured_process(COMMANDS[kind], env, folder / f"{kind}.log", paths=[str(ABSENT)]) as process:
        steps = []
        for told in process.told():
            steps.append(Step(told["step"], told["at"] - process.begun, told["cpu"]))
            if told["step"] == RUNNING:
                process.stopped()
                return tuple(steps)
        raise process.failure(f"the node of {kind} does not run")


@dataclass(frozen=True, slots=True)
class Booted:
    """How one kind of node booted.

    Attributes:
        kind: of the node.
        rounds: how many boots were measured.
        secs: until its trader ran, the median.
        cpu_secs: of processor time until then, the median.
        ratio: of a boot's time to that of the node written by hand in the same round, the median.
        cpu_ratio: the same of processor time.
        library_ratio: of its time to that of the one by hand that loads recon's libraries, likewise.
        steps: when each step was done, medians.
    """

    kind: str
    rounds: int
    secs: float
    cpu_secs: float
    ratio: float
    cpu_ratio: float
    library_ratio: float
    steps: tuple[Step, ...]


def read(told: Sequence[Mapping[str, Any]]) -> tuple[Booted, ...]:
    """Return boots from plain data."""
    return tuple(Booted(**{**each, "steps": tuple(Step(**step) for step in each["steps"])}) for each in told)


def told_together(kind: str, boots: Mapping[str, Sequence[Boot]]) -> Booted:
    """Return how one kind booted, beside the nodes written by hand in the same rounds."""
    ends, by_hand, libraries = ([boot[-1] for boot in boots[each]] for each in (kind, BY_HAND, LIBRARIES))
    paired = list(zip(ends, by_hand, strict=True))
    return Booted(
        kind=kind,
        rounds=len(ends),
        secs=median(end.secs for end in ends),
        cpu_secs=median(end.cpu_secs for end in ends),
        ratio=median(end.secs / other.secs for end, other in paired),
        cpu_ratio=median(end.cpu_secs / other.cpu_secs for end, other in paired),
        library_ratio=median(end.secs / other.secs for end, other in zip(ends, libraries, strict=True)),
        steps=tuple(
            Step(alike[0].name, median(step.secs for step in alike), median(step.cpu_secs for step in alike))
            for alike in zip(*boots[kind], strict=True)
        ),
    )


def measured(rounds: int, fills: int, folder: Path) -> tuple[Booted, ...]:
    """Boot all kinds in turns, so many times each, after one boot each that is not measured and fills every cache.

    Raises:
        NotMeasuredError: a node did not come to run.
    """
    boots: dict[str, list[Boot]] = {kind: [] for kind in COMMANDS}
    with ExitStack() as stack:
        env = stack.enter_context(surroundings(fills=fills, open_orders=1, symbols=1, progress=_tell))
        envs = {kind: env | stack.enter_context(cache()) for kind in COMMANDS}
        for number in range(rounds + 1):
            for kind in [*COMMANDS][:: -1 if number % 2 else 1]:
                boot = booted(kind, envs[kind], folder)
                if number > 0:
                    boots[kind].append(boot)
            _tell(f"round {number} of {rounds}")
    return tuple(told_together(kind, boots) for kind in COMMANDS)


def lines(found: Sequence[Booted]) -> Iterator[str]:
    """Yield a table, and a line of steps for each kind."""
    yield f"| a boot, of {found[0].rounds} each | time | to the one by hand | processor time | to the one by hand |"
    yield "|---|---|---|---|---|"
    for each in found:
        yield (
            f"| {each.kind} | {each.secs:.2f} s | {each.ratio:.2f} x | {each.cpu_secs:.2f} s | {each.cpu_ratio:.2f} x |"
        )
    yield ""
    for each in found:
        yield f"- {each.kind}: " + ", ".join(f"{step.name} {step.secs:.2f} s" for step in each.steps)


def wanted(found: Sequence[Booted]) -> Iterator[Goal]:
    """Yield how long a boot with recon may take beside the node written by hand."""
    for each in found:
        if each.kind in {BUILT, COMMAND}:
            yield Goal(
                name=f"a boot on a small history, {each.kind} / {BY_HAND}",
                bound=BOOTS_AT_MOST,
                measured=each.ratio,
                note=(
                    f"processor time {each.cpu_ratio:.2f} x; to one by hand with recon's libraries"
                    f" {each.library_ratio:.2f} x"
                ),
            )


def _tell(text: str) -> None:
    click.echo(text, err=True)


@click.command("boot")
@click.option("--quick", is_flag=True, help="One boot each: shows that everything runs, measures nothing.")
@click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the figures here too."
)
def main(*, quick: bool, json_file: Path | None) -> None:
    """Boot a node written by hand, the same one with recon, and `recon run`, in turns: some three minutes."""
    rounds, fills = (1, 2) if quick else (15, 10)
    with TemporaryDirectory() as folder:
        try:
            found = measured(rounds, fills, Path(folder))
        except NotMeasuredError as error:
            raise click.ClickException(str(error)) from None
    for line in (*lines(found), "", *goals.table([*wanted(found)], are_judged=not quick)):
        click.echo(line)
    if json_file is not None:
        results.keep(json_file, {"boots": [asdict(each) for each in found]}, [*wanted(found)])


if __name__ == "__main__":
    main()
