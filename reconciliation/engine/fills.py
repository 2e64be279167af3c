"""Fills by their identity: which ones a reconciliation recovered, and which were made up."""

from collections import Counter
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from msgspec import Struct, field


class FillId(NamedTuple):
    """A fill's identity; venues number trades per instrument, so the trade id alone is none."""

    instrument_id: str
    trade_id: str

    def __str__(self) -> str:
        return f"{self.instrument_id}:{self.trade_id}"


class Snapshot(Struct, frozen=True):
    """The fills and orders a cache holds at one moment."""

    fills: Counter[FillId] = field(default_factory=Counter)
    """How many orders carry each fill; more than one is a duplicate."""
    order_of: dict[FillId, str] = field(default_factory=dict)
    """Client order id by fill."""
    open_orders: dict[str, str] = field(default_factory=dict)
    """Owning strategy id by client order id."""
    orders: frozenset[str] = frozenset()
    """Client order ids, open and closed."""
    external_orders: int = 0
    """How many of the orders belong to no strategy (EXTERNAL); a claimed one belongs to its claimant."""


class NewFills(Struct, frozen=True):
    """The fills that are in the cache after a reconciliation and were not before it."""

    recovered: frozenset[FillId] = frozenset()
    """Those that the venue reported."""
    inferred: frozenset[FillId] = frozenset()
    """Those that the venue neither reported nor streamed: the engine made them up from quantities."""


def new_fills(
    before: Snapshot, after: Snapshot, *, reported: AbstractSet[FillId], streamed: AbstractSet[FillId]
) -> NewFills:
    """Tell where the fills that are new to a cache came from.

    Args:
        before: the cache before reconciliation.
        after: the cache after it.
        reported: the fills that the venue's reports held meanwhile.
        streamed: the fills that came over the venue's stream meanwhile.
    """
    new = after.fills.keys() - before.fills.keys()
    return NewFills(frozenset(new & reported), frozenset(new - reported - streamed))
