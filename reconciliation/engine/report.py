"""What a startup reconciliation came to."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct

from reconciliation.engine.fills import NewFills, Snapshot
from reconciliation.engine.holdings import Difference, Holdings, amount_text


class ReconciliationReport(Struct, frozen=True):
    """The end of startup reconciliation: venue and node side by side."""

    reconciled: bool
    """The engine succeeded within its time limit, and the venue agreed when it was asked once more."""
    reason: str
    """Why not; empty when reconciled."""
    duration_secs: float
    """How long it took, the verification included."""
    venue: Holdings | None
    """What the venue said when it was asked once more; None when it did not come to that."""
    node_positions: Mapping[str, Decimal]
    """Signed net quantity by instrument id, as the node holds it afterwards; flat ones left out."""
    differences: tuple[Difference, ...]
    """In what venue and node still differed when it was asked once more."""
    before: Snapshot
    """The cache before reconciliation."""
    after: Snapshot
    """The cache after it."""
    fills: NewFills
    """What reconciliation brought in."""
    left_out: tuple[str, ...] = ()
    """What the venue holds and the settings' filters leave out, each by name."""
    unverified_clients: tuple[str, ...] = ()
    """Clients whose venue could not be asked once more, because its raw account API is not known here."""

    def venue_data(self) -> dict[str, Any] | None:
        """Return the venue's side as plain data, quantities as signed decimals in text; None when it was not asked."""
        if self.venue is None:
            return None
        return {"open_orders": len(self.venue.open_orders), "positions": _texts(self.venue.positions)}

    def node_data(self) -> dict[str, Any]:
        """Return the node's side as plain data; quantities are signed net decimal strings."""
        return {
            "open_orders": len(self.after.open_orders),
            "orders": len(self.after.orders),
            "fills": self.after.fills.total(),
            "positions": _texts(self.node_positions),
            "external_orders": self.after.external_orders,
            "fills_recovered": len(self.fills.recovered),
            "fills_recovered_external": sum(
                self.after.order_of[fill] not in self.before.orders for fill in self.fills.recovered
            ),
            "inferred_fills": len(self.fills.inferred),
        }

    def differences_data(self) -> list[dict[str, str | None]]:
        """Return the differences as plain data, field by field; a side that has no such order is null."""
        return [
            {"kind": item.kind, "key": item.key, "venue": item.venue, "node": item.node} for item in self.differences
        ]


def _texts(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    return {key: amount_text(amount) for key, amount in sorted(amounts.items())}
