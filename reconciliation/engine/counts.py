"""What a running node counts when it is asked: cheap enough for once a second."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, NamedTuple

from msgspec import Struct, field

Unsettled = Literal["order_behind", "order_missing", "position"]
"""What node and venue may differ in: an order whose trades are being brought in, one that is open here and that the
venue does not list, and a position that is looked at again before anything is booked."""


class Absence(NamedTuple):
    """What the venue's answers lack and is not believed gone.

    Attributes:
        kind: what it is.
        key: the client order id, or the instrument id.
    """

    kind: Literal["order", "position"]
    key: str


class Counts(Struct, frozen=True):
    """Orders and differences at one moment; times are seconds since the epoch.

    Attributes:
        open_orders: open as far as the node knows.
        inflight_orders: awaiting an answer.
        oldest_inflight: since when the oldest of them does; 0 without any.
        external_orders: open ones that no strategy has submitted.
        used_weight: request weight used up in the venue's window; 0 where the venue tells of none.
        unsettled: by kind.
        held_absent: each with when that began.
        positions: signed net quantity by account and instrument id, flat ones left out.
        checks_alive: when the loop of the checks last did anything: began or ended one, or had an answer in it, good or
            bad; 0 before the first.
    """

    open_orders: int = 0
    inflight_orders: int = 0
    oldest_inflight: float = 0.0
    external_orders: int = 0
    used_weight: int = 0
    unsettled: Mapping[Unsettled, int] = field(default_factory=dict)
    held_absent: Mapping[Absence, float] = field(default_factory=dict)
    positions: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    checks_alive: float = 0.0
