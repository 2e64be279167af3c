"""The fourth limit: what an order costs a node, with so many on their way at once."""

import multiprocessing
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.limits.figures import Figure
from benchmarks.limits.measuring import RECON, STOCK, Progress
from benchmarks.limits.sizes import Sizes
from benchmarks.limits.traded import traded_secs
from reconciliation.engine.generation import generation

COSTS_AT_MOST: Final = 1.05
"""As much as the stock node, and a twentieth."""


def events(sizes: Sizes, _folder: Path, progress: Progress) -> Iterator[Figure]:
    """Measure nodes that trade, in pairs: the same orders, one node right after the other, each first by turns."""
    for in_flight in sizes.in_flight:
        orders = max(sizes.traded, 2 * in_flight)
        secs = _secs(in_flight, orders, sizes.rounds, progress)
        recon, stock = (median(secs[kind]) / orders * 1_000 for kind in (RECON, STOCK))
        paired = [ours / theirs for ours, theirs in zip(secs[RECON], secs[STOCK], strict=True)]
        yield Figure(
            name=f"processor time of an order, {in_flight:,} in flight, the median of {sizes.rounds} runs",
            unit="ms",
            limit=stock * COSTS_AT_MOST,
            recon=recon,
            stock=stock,
            remark=f"recon / stock is {median(paired):.3f} pair by pair, and {min(secs[RECON]) / min(secs[STOCK]):.3f}"
            f" by the fastest run of each; a second of one processor is good for {1_000 / recon:,.0f} and"
            f" {1_000 / stock:,.0f} orders",
        )


def _secs(in_flight: int, orders: int, rounds: int, progress: Progress) -> dict[str, list[float]]:
    """Return the processor time of each run, by the kind of its node; each in a process that has traded nothing yet."""
    generation()  # imports the engine, for all processes that are forked from here on
    secs: dict[str, list[float]] = {RECON: [], STOCK: []}
    with (
        warnings.catch_warnings(action="ignore", category=DeprecationWarning),  # of the engine's threads, which sleep
        multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as pool,
    ):
        for number in range(rounds):
            progress(f"both trade {orders} orders, {in_flight} in flight, round {number + 1} of {rounds}")
            for kind in (RECON, STOCK) if number % 2 else (STOCK, RECON):
                run = partial(traded_secs, kind, in_flight=in_flight, orders=orders, warmup=max(50, in_flight))
                secs[kind].append(pool.apply(run))
    return secs
