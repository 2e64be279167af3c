"""What rules know of an execution client."""

from collections.abc import Collection
from typing import Final, Literal

from msgspec import Struct

from reconciliation.rules.figures import several

STOCK_BINANCE_ERRORS: Final = 3
"""The stock Binance client itself emits OrderRejected at the third failed query of an order: `max_retries or 3`."""


Report = Literal["orders", "fills", "positions"]


class StockFacts(Struct, frozen=True):
    """What an adapter's stock client makes of a venue that fails."""

    empties: tuple[Report, ...]
    """The reports whose failed query is answered with nothing, so that all there is seems to be gone."""
    asks_single: bool = True
    """Whether it can ask for one order by itself; where it cannot, nothing is its only answer."""
    cancels_unanswered: bool = False
    """Whether a failed query for one order is answered with a report that it was canceled."""
    rejects_unknown: bool = False
    """Whether a submit that failed is called Rejected, though the venue may have taken the order."""
    longest_lookback_mins: int | None = None
    """How far back it may ask for closed orders and fills: of more its venue leaves out what is new. None is any."""
    remains: str = ""
    """What no guard cures, in words; empty where nothing was found."""

    def remaining(self, guards: Collection[str]) -> tuple[str, ...]:
        """Return what it does that the named guards do not cure, in words; they work in a node that recon builds."""
        told = []
        if "query_errors" not in guards:
            if self.empties:
                told.append(f"a failed query for {several(list(self.empties))} is answered with nothing")
            if self.cancels_unanswered:
                told.append("a failed query for one order has it CANCELED")
            if not self.asks_single:
                told.append("one order cannot be asked for")
        if self.rejects_unknown and "unknown_outcomes" not in guards:
            told.append("a failed submit is called REJECTED")
        return (*told, self.remains) if self.remains else tuple(told)


class ClientTraits(Struct, frozen=True):
    """The traits of an execution client that settings are judged by."""

    venue: str
    guarded: bool
    """Whether it is one of ours, whose queries raise when they failed."""
    rejects_after: int = 0
    """Failed queries of an order after which a stock client rejects it by itself; 0 is never. Binance's does."""
    stock: StockFacts | None = None
    """What its stock client makes of a venue that fails; None where that is not known, or where it is guarded."""
    limits: str = ""
    """The entry in the table of limits, where the venue's name does not say it."""
