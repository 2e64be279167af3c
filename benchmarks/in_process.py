"""Timing the peers inside this process, in turns, so that the machine's moods hit all of them alike."""

import gc
from collections.abc import Callable, Sequence
from time import perf_counter

from benchmarks.agreement import environment_of
from benchmarks.peers import Peer

type Progress = Callable[[int, int], None]
"""Told how many rounds are done, of how many."""


def measure(peers: Sequence[Peer], *, rounds: int, calls: int, progress: Progress) -> dict[str, list[float]]:
    """Return each peer's seconds per resolve, one figure a round.

    Args:
        peers: who takes turns; each round starts with another of them, so that no two always follow each other.
        rounds: how many turns each takes.
        calls: how many resolves a turn times; one more before them, untimed, fills the processor's caches again.
        progress: told after each round.
    """
    seconds: dict[str, list[float]] = {peer.name: [] for peer in peers}
    for peer in peers:
        with environment_of(peer):
            peer.resolve()
    gc.collect()
    gc.freeze()
    try:
        for number in range(rounds):
            start = number % len(peers)
            for peer in (*peers[start:], *peers[:start]):
                seconds[peer.name].append(_turn(peer, calls))
            progress(number + 1, rounds)
    finally:
        gc.unfreeze()
    return seconds


def _turn(peer: Peer, calls: int) -> float:
    with environment_of(peer):
        resolve = peer.resolve
        resolve()
        gc.collect()  # what others left behind is not this peer's to clean
        started = perf_counter()
        for _ in range(calls):
            resolve()
        return (perf_counter() - started) / calls
