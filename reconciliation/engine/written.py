"""What a node's engine has given the database behind its cache to keep, and what of it is not there.

Keys are named without their trader's prefix, such as `orders:O-1`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

from msgspec import Struct, field

MARK: Final = "health:recon"
"""The key that a mark is written to; the engine never reads it."""
MARKED_AGAIN_SECS: Final = 1.0
"""A mark may be the write that is lost."""


class HistoryDiffersError(Exception):
    """A history in the database is not one that can be completed: it holds what its node does not know."""


class Written(Struct, frozen=True):
    """All that the database should hold of what was written up to a moment.

    Attributes:
        histories: the ids of the events of each order, position and account, oldest first.
        members: which members each index must have, and which it must not.
        fields: the fields of the indices that are hashes.
        values: the other keys.
    """

    histories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    members: Mapping[str, Mapping[bytes, bool]] = field(default_factory=dict)
    fields: Mapping[str, Mapping[bytes, bytes]] = field(default_factory=dict)
    values: Mapping[str, bytes] = field(default_factory=dict)


class Found(Struct, frozen=True):
    """What the database holds of that; a key that it lacks is absent, or empty."""

    histories: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)
    members: Mapping[str, frozenset[bytes]] = field(default_factory=dict)
    fields: Mapping[str, Mapping[bytes, bytes]] = field(default_factory=dict)
    values: Mapping[str, bytes] = field(default_factory=dict)


class Lacking(Struct, frozen=True):
    """What the database lacks.

    Attributes:
        histories: those that lack an event, or hold one too many, as they are there.
        members: by index, those that are not in it and must be, or the other way round.
        fields: by index.
        values: the keys.
    """

    histories: Mapping[str, tuple[bytes, ...]]
    members: Mapping[str, frozenset[bytes]]
    fields: Mapping[str, frozenset[bytes]]
    values: frozenset[str]


class Writes(Protocol):
    """Knows what an engine has written, and writes it again."""

    def taken(self) -> Written:
        """Return what the database should hold by now."""

    def mark(self, value: bytes) -> None:
        """Write to `MARK` behind all that still waits to be written."""

    def lacking(self, written: Written, found: Found) -> Lacking:
        """Return what is not there; from any thread."""

    def whole(self, key: str, written: Sequence[str], stored: Sequence[bytes]) -> tuple[bytes, ...] | None:
        """Return a history with what it lacks, and with all that it holds.

        Args:
            key: of the history.
            written: the ids of the events that are not under way any more.
            stored: what is there.

        Returns:
            None where the history has become another one meanwhile.

        Raises:
            HistoryDiffersError: it holds what the node does not know of.
        """

    def write_again(self, written: Written, lacking: Lacking) -> frozenset[str]:
        """Write again what of the rest is missing and has not changed since, behind all that still waits.

        Returns:
            The keys that lacked something.
        """


def holds_in_order(stored: Iterable[str], wanted: Iterable[str]) -> bool:
    """Whether all of the wanted are there, in their order; others may stand between them."""
    told = iter(stored)
    return all(each in told for each in wanted)
