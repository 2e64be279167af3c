"""What `recon reconcile --apply` takes, beside the reconciliation that it is run for, and beside a node's start."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.goals import Goal
from benchmarks.limits.figures import Figure
from benchmarks.limits.measuring import RECON, Progress, cache, surroundings, told_by
from benchmarks.limits.part import Part
from benchmarks.limits.sizes import Sizes
from benchmarks.limits.starts import COLD, WARM
from benchmarks.measured_process import PATIENCE_SECS, NotMeasuredError, inherited

TO_ITS_RECONCILIATION: Final = 1.2
COMMAND: Final = (str(Path(sys.executable).with_name("recon")), "reconcile", "--apply", "--json")


@dataclass(frozen=True, slots=True)
class Run:
    """How long the command took.

    Attributes:
        secs: from the start of its process to its end.
        cpu_secs: processor time of the process.
        boot_secs: what its own report says that its node's boot took, from its construction on.
        reconciliation_secs: what that says that reconciliation took.
        start_secs: what a node's start took on the same account, from the start of its process until its trader ran.
    """

    secs: float
    cpu_secs: float
    boot_secs: float
    reconciliation_secs: float
    start_secs: float


def command(sizes: Sizes, folder: Path, progress: Progress) -> Part:
    """Run the command on an empty cache, and again on what it left there; and a node in turns with it, on its own."""
    runs: dict[str, list[Run]] = {COLD: [], WARM: []}
    shape = {"fills": sizes.fills, "open_orders": 1, "symbols": sizes.symbols}
    with surroundings(**shape, progress=progress, built_up=True) as env:
        for number in range(sizes.commands):
            progress(f"recon reconcile --apply, round {number + 1} of {sizes.commands}")
            with cache() as url, cache() as url_of_node:
                for found in runs.values():
                    start_secs = _start_secs({**env, **url_of_node}, folder)
                    found.append(_run({**env, **url}, folder, start_secs))
    orders = sizes.symbols * sizes.fills
    return Part(tuple(_figures(runs, orders)), goals=tuple(_goals(runs, orders)))


def _start_secs(env: Mapping[str, str], folder: Path) -> float:
    """Start a node once.

    Raises:
        NotMeasuredError: its trader did not come to run.
    """
    (secs, _), *_ = told_by(RECON, env, folder, "start")
    return secs


def _run(env: Mapping[str, str], folder: Path, start_secs: float) -> Run:
    """Run it once.

    Raises:
        NotMeasuredError: it did not exit 0.
    """
    begun, cpu = time.monotonic(), _children_secs()
    done = subprocess.run(  # noqa: S603 - the command above
        COMMAND,
        env=inherited() | dict(env),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=PATIENCE_SECS,
    )
    secs, cpu_secs = time.monotonic() - begun, _children_secs() - cpu
    if done.returncode != 0:
        raise NotMeasuredError(f"recon reconcile exits {done.returncode}: {done.stderr.decode(errors='replace')}")
    return Run(secs, cpu_secs, **json.loads(done.stdout)["durations"], start_secs=start_secs)


def _children_secs() -> float:
    """Return the processor time of all child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _figures(runs: Mapping[str, list[Run]], orders: int) -> Iterator[Figure]:
    for state, found in runs.items():
        for what, secs in (
            ("whole, from process start to exit", [run.secs for run in found]),
            ("processor time", [run.cpu_secs for run in found]),
            ("boot, as it reports it", [run.boot_secs for run in found]),
            ("reconciliation, as it reports it", [run.reconciliation_secs for run in found]),
            ("a node's start, from process start until its trader runs", [run.start_secs for run in found]),
        ):
            name = f"recon reconcile --apply, {orders:,} orders, {state}: {what}"
            yield Figure(name=name, unit="s", recon=median(secs), stock=None)


def _goals(runs: Mapping[str, list[Run]], orders: int) -> Iterator[Goal]:
    for state, found in runs.items():
        yield Goal(
            name=f"`recon reconcile --apply`, {orders:,} orders, {state}, whole process / its reconciliation",
            bound=TO_ITS_RECONCILIATION,
            measured=median(run.secs / run.reconciliation_secs for run in found),
            note=f"its boot alone {median(run.boot_secs / run.reconciliation_secs for run in found):.2f} x;"
            f" all but reconciliation {median(run.secs - run.reconciliation_secs for run in found):.2f} s",
        )
        yield Goal(
            name=f"`recon reconcile --apply`, {orders:,} orders, {state}, whole process / a node's start",
            bound=TO_ITS_RECONCILIATION,
            measured=median(run.secs / run.start_secs for run in found),
        )
