"""How long reconciliation takes far away from the venue, where each answer is on its way for long."""

from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.goals import Goal
from benchmarks.limits.figures import Figure
from benchmarks.limits.measuring import KINDS, RECON, STOCK, Progress, cache, surroundings, told_by
from benchmarks.limits.part import Part
from benchmarks.limits.sizes import Sizes
from benchmarks.limits.starts import COLD, WARM, paired

LATENCY_SECS: Final = 0.08
FILLS: Final = 5
"""Of each symbol: what is waited for is the way, not what is told."""
RECONCILED_WITHIN_SECS: Final = 1.2

type Secs = dict[tuple[str, str, str], list[float]]
"""What is told, by kind, state and what it is."""


def distance(sizes: Sizes, folder: Path, progress: Progress) -> Part:
    """Measure starts of both kinds in turns, cold and warm."""
    secs: Secs = defaultdict(list)
    with surroundings(
        fills=FILLS, open_orders=1, symbols=sizes.symbols, progress=progress, latency_secs=LATENCY_SECS
    ) as env:
        for number in range(sizes.distant):
            for kind in KINDS[:: -1 if number % 2 else 1]:
                progress(f"{kind} starts at a distance, round {number + 1} of {sizes.distant}")
                with cache() as url:
                    for state in (COLD, WARM):
                        for at, told in told_by(kind, {**env, **url}, folder, "start"):
                            if "at" in told:
                                secs[kind, state, "a whole start"].append(at)
                                secs[kind, state, "reconciliation"].append(told["reconciliation"])
                                secs[kind, state, "the engine's part"].append(told["engine"])
    far = f"{LATENCY_SECS * 1_000:.0f} ms, {sizes.symbols} symbols"
    figures = [
        Figure(
            name=f"{what} at {far}, {state}",
            unit="s",
            recon=median(secs[RECON, state, what]),
            stock=median(secs[STOCK, state, what]),
            ratio=paired(secs[RECON, state, what], secs[STOCK, state, what]),
        )
        for state in (COLD, WARM)
        for what in ("reconciliation", "a whole start")
    ]
    return Part(tuple(figures), goals=(_goal(secs, far),))


def _goal(secs: Secs, far: str) -> Goal:
    engine, stock = (median(secs[kind, WARM, "the engine's part"]) for kind in KINDS)
    return Goal(
        name=f"reconciliation at {far}, warm, the verification included",
        bound=RECONCILED_WITHIN_SECS,
        unit="s",
        measured=median(secs[RECON, WARM, "reconciliation"]),
        note=f"without the verification {engine:.2f} s; stock, which makes none, {stock:.2f} s",
    )
