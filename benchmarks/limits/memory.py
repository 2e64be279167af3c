"""The third limit: what is left in the cache, and in memory, after each of many purges."""

from collections.abc import Sequence
from pathlib import Path
from statistics import linear_regression
from typing import Final

from benchmarks.goals import Goal
from benchmarks.limits.figures import Figure
from benchmarks.limits.measuring import KINDS, RECON, STOCK, Progress, cache, surroundings, told_by
from benchmarks.limits.part import Part
from benchmarks.limits.sizes import Sizes
from benchmarks.measured_process import NotMeasuredError

RARE_CHECKS: Final = {"RECON_OPEN_CHECK_INTERVAL_SECS": "3600", "RECON_POSITION_CHECK_INTERVAL_SECS": "3600"}
"""A cycle stands for an hour; here all lie within the hour that a check looks back on, which would read ever more."""
LEFT_AN_ORDER_KIB: Final = 1.0
"""What memory may grow by for each order that came and went; one that is kept needs many times as much."""


def memory(sizes: Sizes, folder: Path, progress: Progress) -> Part:
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
    orders = Figure(
        name=f"orders in the cache after any of {cycled}",
        unit="",
        limit=sizes.symbols,
        recon=left.get(RECON),
        stock=left.get(STOCK),
        remark="; ".join(failed.values()),
    )
    kept = Figure(
        name=f"memory that each of {cycled} leaves",
        unit="KiB",
        limit=LEFT_AN_ORDER_KIB * sizes.orders,
        recon=slopes.get(RECON),
        stock=slopes.get(STOCK),
    )
    goals = (_bounded(figure) for figure in (orders, kept))
    return Part((orders, kept), (kept,), tuple(goals))


def _bounded(figure: Figure) -> Goal:
    return Goal(name=figure.name, bound=figure.limit or 0.0, unit=figure.unit, measured=figure.recon)


def _slope(kibs: Sequence[float]) -> float:
    """Return by how much a figure grows each time, over its second half; before that pools and caches fill."""
    later = kibs[(len(kibs) - 1) // 2 :]
    return linear_regression(range(len(later)), later).slope
