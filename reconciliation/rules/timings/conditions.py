"""What decides how long an order lives that nobody answers for, and the span that comes of it."""

from typing import Final, Literal

from msgspec import Struct

from reconciliation.config import ReconciliationConfig
from reconciliation.rules.client import ClientTraits

Answer = Literal["no_such_order", "refused", "error"]
"""What the venue does when it is asked for one order: it answers that it does not know it; the connection is refused
(the client raises, or a stock one returns nothing); it answers 5xx."""

OUTAGES: Final[tuple[Answer, ...]] = ("refused", "error")
"""The answers of a venue that is away."""


class Span(Struct, frozen=True):
    """When something happens at the soonest and at the latest, in seconds; latest is None where it may never."""

    soonest_secs: float
    latest_secs: float | None


class Conditions(Struct, frozen=True):
    """What the node that asks for an order is like.

    Attributes:
        checks: the settings of the continuous checks.
        guards: the installed guards by name.
        client: the execution client that the order is asked for through.
        outage_secs: how long nothing must be returned, over and over, before a client that does not raise is believed.
    """

    checks: ReconciliationConfig
    guards: frozenset[str]
    client: ClientTraits
    outage_secs: float

    @property
    def failures_raise(self) -> bool:
        """Whether the client raises when a query failed: one of ours, or a stock one that is known."""
        return "query_errors" in self.guards and (self.client.guarded or self.client.stock is not None)

    @property
    def absence_is_answered(self) -> bool:
        """Whether nothing returned is an answer; a stock client may have other reasons to find nothing."""
        return "query_errors" in self.guards and self.client.guarded

    def closing_errors(self, answer: Answer) -> int:
        """Return after how many failed queries for an order the client itself closes it; 0 is never."""
        if self.failures_raise or answer == "no_such_order":
            return 0
        if self.client.stock is not None and self.client.stock.cancels_unanswered:
            return 1
        return self.client.rejects_after if answer == "error" else 0
