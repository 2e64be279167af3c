"""What an account holds, by the venue's word and by the node's, and where the two differ."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Literal

from msgspec import Struct, field

from reconciliation.config import ReconciliationConfig

Offset = tuple[str, str, Decimal | str]
"""What stays the same of a difference while the market moves."""


class Holdings(Struct, frozen=True):
    """What an account holds, as the venue or as the node sees it."""

    open_orders: Mapping[str, str] = field(default_factory=dict)
    """Instrument id by client order id."""
    positions: Mapping[str, Decimal] = field(default_factory=dict)
    """Signed net quantity by instrument id, at the instrument's precision; flat ones left out."""
    unreadable: frozenset[str] = frozenset()
    """Client order ids of open orders that the adapter cannot represent; the node may know them or not."""

    def __or__(self, other: "Holdings") -> "Holdings":
        """Return what two accounts hold together; of an instrument that both hold, the sum."""
        amounts = {
            key: self.positions.get(key, Decimal(0)) + other.positions.get(key, Decimal(0))
            for key in self.positions.keys() | other.positions.keys()
        }
        return Holdings(
            {**self.open_orders, **other.open_orders},
            {key: amount for key, amount in amounts.items() if amount},
            self.unreadable | other.unreadable,
        )


class Difference(Struct, frozen=True):
    """One thing that venue and node see differently."""

    kind: Literal["open_order", "position"]
    key: str
    """The client order id, or the instrument id."""
    venue: str | None
    """Of an order its instrument id, None where there is none; of a position the signed quantity."""
    node: str | None
    """Likewise."""

    @property
    def offset(self) -> Offset:
        """What stays the same while the market moves: which order is where, or how far the quantities are apart."""
        if self.kind == "position":
            return self.kind, self.key, Decimal(self.venue or 0) - Decimal(self.node or 0)
        return self.kind, self.key, "venue" if self.venue else "node"

    @property
    def instrument_id(self) -> str:
        """The instrument concerned."""
        return self.key if self.kind == "position" else self.venue or self.node or ""

    def __str__(self) -> str:
        subject = f"{self.kind.replace('_', ' ')} {self.key}"
        return f"{subject}: {self.venue or 'nothing'} at the venue, {self.node or 'nothing'} on the node"


class Filters(Struct, frozen=True):
    """What the settings leave out of reconciliation, and so out of any comparison.

    Attributes:
        reconciliation: its filters of instruments, orders and positions.
        owned: client order ids known to the node and instrument ids with a claim; with
            `filter_unclaimed_external_orders`, other orders of the venue are left out.
    """

    reconciliation: ReconciliationConfig
    owned: Collection[str] = ()

    def leave_out_order(self, client_order_id: str, instrument_id: str) -> bool:
        """Whether an open order is left out."""
        r = self.reconciliation
        foreign = client_order_id not in self.owned and instrument_id not in self.owned
        return (
            self._leave_out_instrument(instrument_id)
            or client_order_id in r.filtered_client_order_ids
            or (r.filter_unclaimed_external_orders and foreign)
        )

    def leave_out_position(self, instrument_id: str) -> bool:
        """Whether a position is left out."""
        return self.reconciliation.filter_position_reports or self._leave_out_instrument(instrument_id)

    def _leave_out_instrument(self, instrument_id: str) -> bool:
        included = self.reconciliation.instrument_ids
        return bool(included) and instrument_id not in (included or ())


def differences(venue: Holdings, node: Holdings, filters: Filters) -> tuple[Difference, ...]:
    """Compare what venue and node hold, as far as the settings promise that they agree.

    Args:
        venue: the account by the venue's word.
        node: the account by the node's.
        filters: what is left out of the comparison.

    Returns:
        Open orders first, then positions, each in the order of their keys.
    """
    found: list[Difference] = []
    for key in sorted((venue.open_orders.keys() ^ node.open_orders.keys()) - venue.unreadable):
        there, here = venue.open_orders.get(key), node.open_orders.get(key)
        if not filters.leave_out_order(key, there or here or ""):
            found.append(Difference("open_order", key, there, here))
    for key in sorted(venue.positions.keys() | node.positions.keys()):
        at_venue, on_node = venue.positions.get(key, Decimal(0)), node.positions.get(key, Decimal(0))
        if at_venue != on_node and not filters.leave_out_position(key):
            found.append(Difference("position", key, amount_text(at_venue), amount_text(on_node)))
    return tuple(found)


def left_out(venue: Holdings, filters: Filters) -> tuple[str, ...]:
    """Name what the venue holds and the settings leave out, such as `position ETHUSDT-PERP.BINANCE 0.500`."""
    orders = [
        f"open order {key} in {instrument_id}"
        for key, instrument_id in sorted(venue.open_orders.items())
        if filters.leave_out_order(key, instrument_id)
    ]
    positions = [
        f"position {instrument_id} {amount_text(amount)}"
        for instrument_id, amount in sorted(venue.positions.items())
        if filters.leave_out_position(instrument_id)
    ]
    return (*orders, *positions)


def amount_text(amount: Decimal) -> str:
    """Return a quantity as a plain decimal string."""
    return format(amount, "f")
