"""How much there is of everything, in the measurements and in what only shows that they run."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much there is.

    Attributes:
        symbols: how many the account trades.
        fills: of each symbol, each of its own order.
        resting: open orders of each symbol, in the check.
        checks: how many are measured.
        cycles: how many purges.
        orders: how many orders come and go in each cycle; even, from flat to flat.
    """

    symbols: int
    fills: int
    resting: int
    checks: int
    cycles: int
    orders: int


FULL: Final = Sizes(symbols=20, fills=500, resting=25, checks=10, cycles=20, orders=100)
"""10,000 orders and fills over 20 symbols; 500 open orders; 20 purge cycles."""
QUICK: Final = Sizes(symbols=2, fills=3, resting=2, checks=1, cycles=2, orders=2)
