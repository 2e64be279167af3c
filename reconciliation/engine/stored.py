"""What a cache's database holds of one trader, and what the engine makes of it when it loads it."""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

EXTERNAL = "EXTERNAL"
"""The owner of an order that no strategy placed and no claim covers."""

Trouble = Literal["refused", "foreign", "unread"]
"""Why a history is not loaded: the engine refuses an event in it and ends the boot; it is not in this engine's form,
which ends the boot too; or the engine passes over it without a word."""


class Stored(Struct, frozen=True):
    """The keys of one trader, without their prefix `trader-<ID>:`.

    Attributes:
        histories: the events of each order, position and account, oldest first.
        instruments: the value of each instrument's key.
        order_ids: the client order ids in the index of all orders.
    """

    histories: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)
    instruments: Mapping[str, bytes] = field(default_factory=dict)
    order_ids: frozenset[str] = frozenset()


class StoredOrder(Struct, frozen=True):
    """An order that the engine loads."""

    client_order_id: str
    instrument_id: str
    strategy_id: str
    is_open: bool


class Unloadable(Struct, frozen=True):
    """A history that the engine does not load.

    Attributes:
        key: without the trader's prefix.
        trouble: what comes of it.
        reason: the engine's own words.
        kept: what of it the engine loads, oldest first: its first event, and each after it that it does not refuse.
    """

    key: str
    trouble: Trouble
    reason: str
    kept: tuple[bytes, ...] = ()


class Loaded(Struct, frozen=True):
    """What came of loading all of it."""

    orders: tuple[StoredOrder, ...]
    unloadable: tuple[Unloadable, ...]
