"""What rules know of an execution client."""

from dataclasses import dataclass
from typing import Final, Literal

STOCK_BINANCE_ERRORS: Final = 3
"""The stock Binance client itself emits OrderRejected at the third failed query of an order: `max_retries or 3`."""


Report = Literal["orders", "fills", "positions"]


@dataclass(frozen=True, slots=True)
class StockFacts:
    """What an adapter's stock client makes of a venue that fails."""

    empties: tuple[Report, ...]
    """The reports whose failed query is answered with nothing, so that all there is seems to be gone."""
    asks_single: bool = True
    """Whether it can ask for one order by itself; where it cannot, nothing is its only answer."""
    rejects_unknown: bool = False
    """Whether any submit that failed is called Rejected, though the venue may have taken the order."""


@dataclass(frozen=True, slots=True)
class ClientTraits:
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
