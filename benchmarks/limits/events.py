"""The fourth limit: what an order costs a node, with so many on their way at once."""

import multiprocessing
import warnings
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.goals import Goal
from benchmarks.limits.figures import Figure
from benchmarks.limits.measuring import FIXED, RECON, STOCK, Progress, cache, surroundings, told_by
from benchmarks.limits.part import Part
from benchmarks.limits.sizes import Sizes
from benchmarks.limits.starts import paired
from benchmarks.limits.traded import traded_secs
from benchmarks.scraping import scraped
from reconciliation.engine.generation import generation

COSTS_AT_MOST: Final = 1.05
"""As much as the stock node, and a twentieth."""
USUALLY_SECS: Final = 15.0
"""Between two scrapes of Prometheus."""


def events(sizes: Sizes, folder: Path, progress: Progress) -> Part:
    """Measure nodes that trade, in pairs: the same orders, one node right after the other, each first by turns.

    In virtual time, and over sockets, where recon's is watched, scraped.
    """
    figures: list[Figure] = []
    goals: list[Goal] = []
    for in_flight in sizes.in_flight:
        orders = max(sizes.traded, 2 * in_flight)
        secs = _secs(in_flight, orders, sizes.rounds, progress)
        figures += _figures(secs, in_flight, orders)
        goals += _goals(secs, in_flight)
    secs = _secs_over_sockets(sizes, folder, progress)
    figures.append(_over_sockets(secs, sizes.traded))
    goals.append(_goal_over_sockets(secs))
    return Part(tuple(figures), goals=tuple(goals))


def _figures(secs: dict[str, list[float]], in_flight: int, orders: int) -> Iterator[Figure]:
    recon, stock = (median(secs[kind]) / orders for kind in (RECON, STOCK))
    ratio, rounds = paired(secs[RECON], secs[STOCK]), len(secs[RECON])
    yield Figure(
        name=f"processor time of an order, {in_flight:,} in flight, the median of {rounds} runs",
        unit="ms",
        recon=recon * 1_000,
        stock=stock * 1_000,
        ratio=ratio,
    )
    yield Figure(
        name=f"orders a second that one processor is good for, {in_flight:,} in flight",
        unit="",
        recon=1 / recon,
        stock=1 / stock,
        ratio=1 / ratio,
    )


def _goals(secs: dict[str, list[float]], in_flight: int) -> Iterator[Goal]:
    ratio = paired(secs[RECON], secs[STOCK])
    fastest = min(secs[RECON]) / min(secs[STOCK])
    yield Goal(
        name=f"processor time of an order, {in_flight:,} in flight, recon / stock",
        bound=COSTS_AT_MOST,
        measured=ratio,
        note=f"by the fastest run of each {fastest:.2f} x",
    )
    yield Goal(
        name=f"orders a second, {in_flight:,} in flight, recon / stock", bound=1.0, measured=1 / ratio, at_least=True
    )


def _over_sockets(secs: dict[str, list[float]], orders: int) -> Figure:
    recon, stock = (median(secs[kind]) / orders for kind in (RECON, STOCK))
    return Figure(
        name=f"processor time of an order, over sockets, the median of {len(secs[RECON])} runs",
        unit="ms",
        recon=recon * 1_000,
        stock=stock * 1_000,
        ratio=paired(secs[RECON], secs[STOCK]),
    )


def _goal_over_sockets(secs: dict[str, list[float]]) -> Goal:
    return Goal(
        name="processor time of an order, over sockets, watched and scraped, recon / stock",
        bound=COSTS_AT_MOST,
        measured=paired(secs[RECON], secs[STOCK]),
        note=f"by the fastest run of each {min(secs[RECON]) / min(secs[STOCK]):.2f} x",
    )


def _secs_over_sockets(sizes: Sizes, folder: Path, progress: Progress) -> dict[str, list[float]]:
    """Return the processor time of each run, all threads of the node, what it does at rest in between included.

    The stock node has the symbol fix, without which it counts trades twice.
    """
    secs: dict[str, list[float]] = {RECON: [], STOCK: []}
    with surroundings(fills=0, open_orders=1, symbols=1, progress=progress) as env:
        for number in range(sizes.nodes):
            progress(f"both trade {sizes.traded} orders over sockets, round {number + 1} of {sizes.nodes}")
            for kind, runs in ((RECON, RECON), (STOCK, FIXED)) if number % 2 else ((STOCK, FIXED), (RECON, RECON)):
                with cache() as url, scraped(USUALLY_SECS) as (watched, _):
                    around = env | url | (watched if kind == RECON else {})
                    *_, (_, told) = told_by(runs, around, folder, "trades", 1, sizes.traded)
                    secs[kind].append(float(told["cpu"]))
    return secs


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
