"""The second limit: how long a periodic check takes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from benchmarks.limits.figures import Figure
from benchmarks.limits.measuring import KINDS, RECON, STOCK, NotMeasuredError, Progress, cache, surroundings, told_by
from benchmarks.limits.sizes import Sizes

CHECKED_WITHIN_SECS: Final = 5.0


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
