"""The second limit: how long a periodic check takes, for how long it blocks the event loop, and what it asks for."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.goals import Goal
from benchmarks.limits.figures import Figure
from benchmarks.limits.measuring import FIXED, RECON, STOCK, Progress, cache, surroundings, told_by
from benchmarks.limits.node import CHECKS
from benchmarks.limits.part import Part
from benchmarks.limits.sizes import Sizes
from benchmarks.measured_process import NotMeasuredError
from reconciliation.embedded.venue_control import VenueControl, over_http

CHECKED_WITHIN_SECS: Final = 5.0
BLOCKED_AT_MOST_MS: Final = 50.0
OPEN_CHECK: Final = next(iter(CHECKS))
BY_HAND_ALONE: Final = {"RECON_STARTUP_DELAY_SECS": "3600"}
"""The node makes no check of its own meanwhile."""

type Made = dict[tuple[str, str, str], list[float]]
"""What is told of checks, by the kind of the node, the name of the check and what is told."""
TOLD: Final = ("secs", "cpu", "block", "block_cpu", "requests")
BESIDE: Final = (
    ("secs", "duration", "ms", 1_000),
    ("cpu", "processor time", "ms", 1_000),
    ("requests", "requests", "", 1),
)
"""What stands beside the stock node with the symbol fix: what is told, its name, its unit, and how many make one."""


def check(sizes: Sizes, folder: Path, progress: Progress) -> Part:
    """Measure the engine's checks on few and on many open orders.

    What they are held against is the stock node with the symbol fix: without that it asks for every symbol twice.
    """
    figures: list[Figure] = []
    limits: list[Figure] = []
    goals: list[Goal] = []
    for resting in sizes.resting:
        open_orders = f"{resting * sizes.symbols:,} open orders"
        made, failed = _made(sizes, resting, folder, progress)
        limits = [_limit(made, open_orders, failed)]  # of the most open orders
        figures += limits
        figures += _beside_the_fixed(made, open_orders)
        figures += _blocks(made, open_orders)
        goals = [*_goals(made, open_orders)]
    return Part(tuple(figures), tuple(limits), tuple(goals))


def _limit(made: Made, open_orders: str, failed: dict[str, str]) -> Figure:
    times = len(made[RECON, OPEN_CHECK, "secs"])
    return Figure(
        name=f"a periodic check, {open_orders}, the slowest of {times}",
        unit="s",
        limit=CHECKED_WITHIN_SECS,
        recon=max(made[RECON, OPEN_CHECK, "secs"], default=None),
        stock=max(made[STOCK, OPEN_CHECK, "secs"], default=None),
        remark="; ".join(failed.values()),
    )


def _beside_the_fixed(made: Made, open_orders: str) -> Iterator[Figure]:
    """Yield medians beside those of a stock node with the symbol fix."""
    for name in CHECKS:
        for key, what, unit, factor in BESIDE:
            recon, fixed = (_median(made[kind, name, key], factor) for kind in (RECON, FIXED))
            yield Figure(
                name=f"{what} of a check of {name}, {open_orders}, the median", unit=unit, recon=recon, stock=fixed
            )


def _blocks(made: Made, open_orders: str) -> Iterator[Figure]:
    for key, measured_by in (("block", ""), ("block_cpu", ", by processor time")):
        yield Figure(
            name=f"the longest block of the event loop by a check{measured_by}, {open_orders}",
            unit="ms",
            recon=_longest_ms(made, RECON, key),
            stock=_longest_ms(made, FIXED, key),
        )


def _goals(made: Made, open_orders: str) -> Iterator[Goal]:
    longest, cpu = (_longest_ms(made, RECON, key) for key in ("block", "block_cpu"))
    yield Goal(
        name=f"the longest block of the event loop by a check, {open_orders}",
        bound=BLOCKED_AT_MOST_MS,
        unit="ms",
        measured=longest,
        note=f"by processor time {cpu:.0f} ms" if cpu is not None else "",
    )
    for name in CHECKS:
        both = [_median(made[kind, name, "secs"], 1_000) for kind in (RECON, FIXED)]
        ratios = {"processor time": _ratio(made, name, "cpu"), "requests": _ratio(made, name, "requests")}
        notes = [] if None in both else [f"{both[0]:.2f} / {both[1]:.2f} ms"]
        notes += [f"{what} {ratio:.2f} x" for what, ratio in ratios.items() if ratio is not None]
        yield Goal(
            name=f"duration of a check of {name}, {open_orders}, recon / stock with the symbol fix",
            bound=1.0,
            measured=_ratio(made, name, "secs"),
            note="; ".join(notes),
        )


def _ratio(made: Made, name: str, key: str) -> float | None:
    """Return the ratio of medians; None where there is nothing, such as requests without an order in flight."""
    recon, fixed = (_median(made[kind, name, key], 1) for kind in (RECON, FIXED))
    return recon / fixed if recon is not None and fixed else None


def _median(values: list[float], factor: float) -> float | None:
    return median(values) * factor if values else None


def _longest_ms(made: Made, kind: str, key: str) -> float | None:
    return max((each * 1_000 for name in CHECKS for each in made[kind, name, key]), default=None)


def _made(sizes: Sizes, resting: int, folder: Path, progress: Progress) -> tuple[Made, dict[str, str]]:
    """Return what nodes of each kind tell, started by turns, and why a kind failed.

    Of one that failed nothing is returned: what went well before does not stand for it.
    """
    made: Made = defaultdict(list)
    failed: dict[str, str] = {}
    with surroundings(fills=1, open_orders=resting, symbols=sizes.symbols, progress=progress) as env:
        venue = VenueControl(over_http(f"{env['RECON_VENUE_HTTP_URL']}/control"))
        for number in range(sizes.nodes):
            for kind in (RECON, FIXED, STOCK):
                progress(f"{kind} checks {resting * sizes.symbols} open orders, node {number + 1} of {sizes.nodes}")
                try:
                    with cache() as url:
                        told = [
                            told
                            for _, told in told_by(kind, env | url | BY_HAND_ALONE, folder, "checks", sizes.checks)
                            if "check" in told
                        ]
                except NotMeasuredError as error:
                    failed[kind] = str(error)
                    continue
                asked = [call.time for call in venue.requests()]
                for each in told:
                    each["requests"] = sum(each["began"] <= time <= each["ended"] for time in asked)
                    for key in TOLD:
                        made[kind, each["check"], key].append(each[key])
                venue.clear_requests()
    for one in [*made]:
        if one[0] in failed:
            del made[one]
    return made, failed
