"""The first limit: how long it takes from a process's start until its trader runs, and how that grows."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from benchmarks.limits.measuring import KINDS, PLAIN, RECON, Progress, cache, surroundings, told_by
from benchmarks.limits.sizes import Account, Sizes
from benchmarks.limits.starts import BUILT_UP, COLD, ROUND_TRIPS, WARM, Starts
from benchmarks.measured_process import NotMeasuredError

STATES: Final = (COLD, WARM)

type Key = tuple[str, str]
"""The kind of a node, and whether its cache holds anything."""


def startup(sizes: Sizes, folder: Path, progress: Progress) -> Iterator[Starts]:
    """Measure starts on accounts from small to large whose positions fills built up.

    On the largest that is compared, also with a history that traded back and forth.
    """
    for _ in _starts(Account(symbols=1, rounds=1), 1, folder, progress, BUILT_UP, KINDS):
        pass  # modules are compiled, and files read, before anything is measured
    for account in sizes.accounts:
        if account.is_compared and account.symbols == sizes.symbols:
            yield from _starts(account, sizes.fills, folder, progress, ROUND_TRIPS, KINDS)
        kinds = (*KINDS, PLAIN) if account.is_compared else (RECON,)
        yield from _starts(account, sizes.fills, folder, progress, BUILT_UP, kinds)


def _starts(  # noqa: PLR0913 - what there is to say of starts
    account: Account, fills: int, folder: Path, progress: Progress, history: str, kinds: tuple[str, ...]
) -> Iterator[Starts]:
    """Start a node of each kind in each round: with an empty cache, and with what that start left."""
    found: dict[Key, Starts] = {
        (kind, state): Starts(
            kind=kind, state=state, history=history, symbols=account.symbols, orders=account.symbols * fills
        )
        for kind in kinds
        for state in STATES
    }
    shape = {"fills": fills, "open_orders": 1, "symbols": account.symbols}
    with surroundings(**shape, progress=progress, built_up=history == BUILT_UP) as env:
        for number in range(account.rounds):
            for kind in kinds[:: -1 if number % 2 else 1]:
                said = f"{kind} starts, {account.symbols} symbols, {history}, round {number + 1} of {account.rounds}"
                progress(said)
                _start({state: found[kind, state] for state in STATES}, env, folder)
    yield from found.values()


def _start(found: Mapping[str, Starts], env: Mapping[str, str], folder: Path) -> None:
    """Start one node twice, and note it; a kind that failed once is not started again."""
    if any(starts.failed for starts in found.values()):
        return
    with cache() as url:
        for starts in found.values():
            try:
                for at, told in told_by(starts.kind, {**env, **url}, folder, "start"):
                    if "at" in told:
                        starts.secs.append(at)
                        starts.cpu_secs.append(told["cpu"])
                    else:
                        starts.held = {"orders": told["orders"], "fills": told["fills"]}
            except NotMeasuredError as error:
                starts.failed = str(error)
                return
