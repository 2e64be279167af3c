"""The three measurements: startup, a periodic check, memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression
from typing import Final

from benchmarks.limits.figures import Figure
from benchmarks.limits.measuring import KINDS, RECON, STOCK, NotMeasuredError, Progress, cache, surroundings, told_by

STARTED_WITHIN_SECS: Final = 30.0
CHECKED_WITHIN_SECS: Final = 5.0
RARE_CHECKS: Final = {"RECON_OPEN_CHECK_INTERVAL_SECS": "3600", "RECON_POSITION_CHECK_INTERVAL_SECS": "3600"}
"""A cycle stands for an hour; here all lie within the hour that a check looks back on, which would read ever more."""
LEFT_AN_ORDER_KIB: Final = 1.0
"""What memory may grow by for each order that came and went; one that is kept needs many times as much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much there is.

    Attributes:
        symbols: how many the account trades.
        fills: of each symbol, each of its own order.
        resting: open orders of each symbol, in the check.
        checks: how many are measured.
        cycles: how many purges.
        orders: how many orders come and go in each cycle; even, from flat to flat.
    """

    symbols: int
    fills: int
    resting: int
    checks: int
    cycles: int
    orders: int


FULL: Final = Sizes(symbols=20, fills=500, resting=25, checks=10, cycles=20, orders=100)
"""10,000 orders and fills over 20 symbols; 500 open orders; 20 purge cycles."""
QUICK: Final = Sizes(symbols=2, fills=3, resting=2, checks=1, cycles=2, orders=2)


def startup(sizes: Sizes, folder: Path, progress: Progress) -> Iterator[Figure]:
    """Measure starts on an account that traded back and forth, and on one whose positions fills built up."""
    for built_up, history in ((False, "round trips"), (True, "built-up positions")):
        yield from _startup(sizes, folder, progress, history, built_up=built_up)


def _startup(sizes: Sizes, folder: Path, progress: Progress, history: str, *, built_up: bool) -> Iterator[Figure]:
    """Measure from a process's start until its trader runs: with an empty cache, and with what that start left."""
    secs: dict[tuple[str, str], float] = {}
    held: dict[str, str] = {}
    failed: dict[str, str] = {}
    shape = {"fills": sizes.fills, "open_orders": 1, "symbols": sizes.symbols}
    with surroundings(**shape, progress=progress, built_up=built_up) as env:
        for kind in KINDS:
            with cache() as url:
                for state in ("cold", "warm"):
                    progress(f"{kind} starts, {state}, {history}")
                    try:
                        for at, told in told_by(kind, env | url, folder, "start"):
                            secs.setdefault((kind, state), at)
                            if "fills" in told:
                                held[kind] = f"{told['orders']:.0f} orders and {told['fills']:.0f} fills"
                    except NotMeasuredError as error:
                        failed[kind] = str(error)
                        break
    count = f"{sizes.symbols * sizes.fills:,} orders and fills"
    for state in ("cold", "warm"):
        recon, stock = (secs.get((kind, state)) for kind in KINDS)
        yield Figure(
            name=f"startup, {state}, {count} over {sizes.symbols} symbols, {history}",
            unit="s",
            limit=STARTED_WITHIN_SECS,
            recon=recon,
            stock=stock,
            remark="; ".join(_remarks(held, failed)) if state == "warm" else "",
        )


def _remarks(held: Mapping[str, str], failed: Mapping[str, str]) -> Iterator[str]:
    for kind in KINDS:
        if kind in failed:
            yield failed[kind]
        elif kind in held:
            yield f"in the end {kind} held {held[kind]}"


def check(sizes: Sizes, folder: Path, progress: Progress) -> Iterator[Figure]:
    """Measure the engine's check of open orders, the slowest of several."""
    slowest: dict[str, float] = {}
    failed: dict[str, str] = {}
    with surroundings(fills=0, open_orders=sizes.resting, symbols=sizes.symbols, progress=progress) as env:
        for kind in KINDS:
            progress(f"{kind} checks {sizes.resting * sizes.symbols} open orders")
            try:
                with cache() as url:
                    told = [told for _, told in told_by(kind, env | url, folder, "checks", sizes.checks)]
                slowest[kind] = max(each["secs"] for each in told if "secs" in each)
            except NotMeasuredError as error:
                failed[kind] = str(error)
    yield Figure(
        name=f"a periodic check, {sizes.resting * sizes.symbols} open orders, the slowest of {sizes.checks}",
        unit="s",
        limit=CHECKED_WITHIN_SECS,
        recon=slowest.get(RECON),
        stock=slowest.get(STOCK),
        remark="; ".join(failed.values()),
    )


def memory(sizes: Sizes, folder: Path, progress: Progress) -> Iterator[Figure]:
    """Measure what is left after each of many purges."""
    left: dict[str, float] = {}
    slopes: dict[str, float] = {}
    failed: dict[str, str] = {}
    for kind in KINDS:
        progress(f"{kind} goes through {sizes.cycles} purge cycles of {sizes.orders} orders")
        try:
            with surroundings(fills=0, open_orders=1, symbols=sizes.symbols, progress=progress) as env, cache() as url:
                told = [
                    told
                    for _, told in told_by(kind, env | url | RARE_CHECKS, folder, "cycles", sizes.cycles, sizes.orders)
                ]
        except NotMeasuredError as error:
            failed[kind] = str(error)
            continue
        cycles = [each for each in told if "rss" in each]
        left[kind] = max(each["orders"] for each in cycles)
        slopes[kind] = _slope([each["rss"] / 1_024 for each in cycles])
    cycled = f"{sizes.cycles} purge cycles of {sizes.orders} orders"
    yield Figure(
        name=f"orders in the cache after any of {cycled}",
        unit="",
        limit=sizes.symbols,
        recon=left.get(RECON),
        stock=left.get(STOCK),
        remark="; ".join(failed.values()),
    )
    yield Figure(
        name=f"memory that a purge cycle of {sizes.orders} orders leaves",
        unit="KiB",
        limit=LEFT_AN_ORDER_KIB * sizes.orders,
        recon=slopes.get(RECON),
        stock=slopes.get(STOCK),
    )


def _slope(kibs: Sequence[float]) -> float:
    """Return by how much a figure grows each time, over its second half; before that pools and caches fill."""
    later = kibs[(len(kibs) - 1) // 2 :]
    return linear_regression(range(len(later)), later).slope
