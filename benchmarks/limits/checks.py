"""The second limit: how long a periodic check takes, for how long it blocks the event loop, and what it asks for."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.limits.figures import Figure
from benchmarks.limits.measuring import FIXED, RECON, STOCK, NotMeasuredError, Progress, cache, surroundings, told_by
from benchmarks.limits.node import CHECKS
from benchmarks.limits.sizes import Sizes
from reconciliation.embedded.venue_control import VenueControl, over_http

CHECKED_WITHIN_SECS: Final = 5.0
BLOCKED_AT_MOST_MS: Final = 50.0
OPEN_CHECK: Final = next(iter(CHECKS))
BY_HAND_ALONE: Final = {"RECON_STARTUP_DELAY_SECS": "3600"}
"""The node makes no check of its own meanwhile."""

type Made = dict[tuple[str, str, str], list[float]]
"""What is told of checks, by the kind of the node, the name of the check and what is told."""
TOLD: Final = ("secs", "cpu", "block", "block_cpu", "requests")


def check(sizes: Sizes, folder: Path, progress: Progress) -> Iterator[Figure]:
    """Measure the engine's checks on few and on many open orders.

    What they are held against is the stock node with the symbol fix: without that it asks for every symbol twice.
    """
    for resting in sizes.resting:
        open_orders = f"{resting * sizes.symbols:,} open orders"
        made, failed = _made(sizes, resting, folder, progress)
        yield Figure(
            name=f"a periodic check, {open_orders}, the slowest of {sizes.checks * sizes.nodes}",
            unit="s",
            limit=CHECKED_WITHIN_SECS,
            recon=max(made[RECON, OPEN_CHECK, "secs"], default=None),
            stock=max(made[STOCK, OPEN_CHECK, "secs"], default=None),
            remark="; ".join(failed.values()),
        )
        yield from _beside_the_fixed(made, open_orders)
        for key, measured_by in (("block", ""), ("block_cpu", ", by processor time")):
            recon, fixed = (_longest_ms(made, kind, key) for kind in (RECON, FIXED))
            yield Figure(
                name=f"the longest block of the event loop by a check{measured_by}, {open_orders}",
                unit="ms",
                limit=BLOCKED_AT_MOST_MS,
                recon=recon,
                stock=fixed,
            )


def _beside_the_fixed(made: Made, open_orders: str) -> Iterator[Figure]:
    """Yield what stock's own with the symbol fix is the limit of."""
    for name in CHECKS:
        for key, what, unit, factor in (
            ("secs", "duration", "ms", 1_000),
            ("cpu", "processor time", "ms", 1_000),
            ("requests", "requests", "", 1),
        ):
            recon, fixed = (_median(made[kind, name, key], factor) for kind in (RECON, FIXED))
            yield Figure(
                name=f"{what} of a check of {name}, {open_orders}, the median",
                unit=unit,
                limit=fixed or 0.0,
                recon=recon,
                stock=fixed,
            )


def _median(values: list[float], factor: float) -> float | None:
    return median(values) * factor if values else None


def _longest_ms(made: Made, kind: str, key: str) -> float | None:
    return max((each * 1_000 for name in CHECKS for each in made[kind, name, key]), default=None)


def _made(sizes: Sizes, resting: int, folder: Path, progress: Progress) -> tuple[Made, dict[str, str]]:
    """Return what nodes of each kind tell, started by turns."""
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
    return made, failed
