"""What rules know of an execution client."""

from dataclasses import dataclass
from typing import Final

STOCK_BINANCE_ERRORS: Final = 3
"""The stock Binance client itself emits OrderRejected at the third failed query of an order: `max_retries or 3`."""


@dataclass(frozen=True, slots=True)
class ClientTraits:
    """The traits of an execution client that settings are judged by."""

    venue: str
    guarded: bool
    """Whether it is one of ours, whose queries raise when they failed."""
    rejects_after: int = 0
    """Failed queries of an order after which a stock client rejects it by itself; 0 is never. Binance's does."""
    limits: str = ""
    """The entry in the table of limits, where the venue's name does not say it."""
