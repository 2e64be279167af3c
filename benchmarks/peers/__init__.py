"""The peers: one module per library, each doing the job as that library's own users would write it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from benchmarks.job import Tree

OURS: Final = "recon, resolve"
OURS_ALL_ORIGINS: Final = "recon, resolve + every origin read"
PLAIN: Final = "pydantic-settings"
FLOOR: Final = "msgspec + tomllib by hand"

MODULES: Final = ("recon", "msgspec", "pydantic_settings", "environs", "typed_settings", "omegaconf", "dynaconf")


@dataclass(frozen=True, slots=True)
class Peer:
    """One way to do the job."""

    name: str
    variables: Mapping[str, str]
    """The environment's seven variables, named as the library wants them."""
    resolve: Callable[[], Any]
    """Reads files and environment and returns validated settings; this alone is timed."""
    plain: Callable[[Any], Tree]
    """Turns what `resolve` returned into plain values, to compare them."""


class PeerMissingError(Exception):
    """A peer's library is not installed."""

    def __init__(self, library: str) -> None:
        super().__init__(f"{library} is not installed here; `make bench` builds the environment that has every peer")
        self.library = library


def load_peers(*, installed_only: bool) -> tuple[Peer, ...]:
    """Return every peer.

    Args:
        installed_only: leave out the peers whose library is missing.

    Raises:
        PeerMissingError: a library is missing and may not be.
    """
    found: list[Peer] = []
    for name in MODULES:
        try:
            module = import_module(f"{__name__}.{name}")
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
            if not installed_only:
                raise PeerMissingError(name) from None
            continue
        peers: tuple[Peer, ...] = module.PEERS
        found.extend(peers)
    return tuple(found)
