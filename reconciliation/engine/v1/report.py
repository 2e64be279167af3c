"""What a startup reconciliation came to."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reconciliation.engine.v1.agreement import Difference, Holdings, amount_text
from reconciliation.engine.v1.ledger import FillId, FillRecorder, Snapshot


@dataclass(frozen=True, slots=True)
class ReconciliationReport:
    """The end of startup reconciliation: venue and node side by side."""

    reconciled: bool
    """The engine succeeded within its time limit and the second look agreed."""
    reason: str
    """Why not; empty when reconciled."""
    duration_secs: float
    venue: Holdings | None
    """What the venue said at the second look; None when it did not come to one."""
    node_positions: Mapping[str, Decimal]
    differences: tuple[Difference, ...]
    before: Snapshot
    after: Snapshot
    recovered: frozenset[FillId]
    """Fills the venue reported that are in the cache now and were not after load."""
    inferred: frozenset[FillId]
    """Fills new to the cache that the engine made up from quantities."""
    unverified_clients: tuple[str, ...]
    """Clients whose venue could not be asked a second time, because its raw account API is not known here."""

    def venue_data(self) -> dict[str, Any] | None:
        """Return the venue's side as plain data; None when it could not be asked."""
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
            "fills_recovered": len(self.recovered),
            "fills_recovered_external": sum(
                self.after.order_of[fill] not in self.before.orders for fill in self.recovered
            ),
            "inferred_fills": len(self.inferred),
        }

    def differences_data(self) -> list[dict[str, str | None]]:
        """Return the differences as plain data."""
        return [
            {"kind": item.kind, "key": item.key, "venue": item.venue, "node": item.node} for item in self.differences
        ]


def new_fills(before: Snapshot, after: Snapshot, recorder: FillRecorder) -> tuple[frozenset[FillId], frozenset[FillId]]:
    """Return the fills new to the cache: those the venue reported, and those the engine made up."""
    new = after.fills.keys() - before.fills.keys()
    return frozenset(new & recorder.reported), frozenset(new - recorder.reported - recorder.streamed)


def _texts(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    return {key: amount_text(amount) for key, amount in sorted(amounts.items())}
