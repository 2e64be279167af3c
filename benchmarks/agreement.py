"""Before anything is timed: do all peers resolve the same values?"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from benchmarks.job import LEAVES, Tree
from benchmarks.peers import FLOOR, Peer

PREFIX: Final = "RECON_"
_ABSENT: Final = "nothing at all"


class DisagreementError(Exception):
    """Two peers resolved different values, so comparing their times would mean nothing."""


@contextmanager
def environment_of(peer: Peer) -> Iterator[None]:
    """Let the process's environment be what it was, with this peer's seven `RECON_*` variables and no other."""
    before = {name: text for name, text in os.environ.items() if name.startswith(PREFIX)}
    _replace(before, peer.variables)
    try:
        yield
    finally:
        _replace(peer.variables, before)


def _replace(old: Mapping[str, str], new: Mapping[str, str]) -> None:
    for name in old:
        os.environ.pop(name, None)
    os.environ.update(new)


def leaves(tree: Tree) -> dict[str, Any]:
    """Return the values by dotted key; tuples become lists, because not every library has tuples."""
    return {
        f"{section}.{key}": list(value) if isinstance(value, tuple) else value
        for section, values in tree.items()
        for key, value in values.items()
    }


def resolved(peer: Peer) -> dict[str, Any]:
    """Return what a peer resolves, by dotted key."""
    with environment_of(peer):
        return leaves(peer.plain(peer.resolve()))


def check_agreement(peers: Sequence[Peer]) -> dict[str, Any]:
    """Return the values by dotted key that all peers resolve.

    Raises:
        DisagreementError: a peer resolves another value, another type, or more or fewer keys than the floor does.
    """
    values = {peer.name: resolved(peer) for peer in peers}
    wanted = values[FLOOR]
    if len(wanted) != LEAVES:
        raise DisagreementError(f"the job has {LEAVES} leaves, and {FLOOR} resolves {len(wanted)}")
    wrong = [
        f"{key}: {name} resolves {_told(found, key)}, {FLOOR} resolves {_told(wanted, key)}"
        for name, found in values.items()
        for key in sorted({*wanted, *found})
        if not _same(found.get(key, _ABSENT), wanted.get(key, _ABSENT))
    ]
    if wrong:
        raise DisagreementError("the peers resolve different values:\n" + "\n".join(wrong))
    return wanted


def _same(one: object, other: object) -> bool:
    return type(one) is type(other) and one == other


def _told(found: Mapping[str, Any], key: str) -> str:
    return repr(found[key]) if key in found else _ABSENT
