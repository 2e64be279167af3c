"""The first limit: how long it takes from a process's start until its trader runs."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from benchmarks.limits.figures import Figure
from benchmarks.limits.measuring import KINDS, NotMeasuredError, Progress, cache, surroundings, told_by
from benchmarks.limits.sizes import Sizes

STARTED_WITHIN_SECS: Final = 30.0


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
