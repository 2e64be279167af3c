"""How much there is of everything, in the measurements and in what only shows that they run."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much there is.

    Attributes:
        symbols: how many the account trades.
        fills: of each symbol, each of its own order.
        resting: open orders of each symbol, in the checks; few and many.
        checks: how many of each kind are measured in one node.
        nodes: how many of each kind make them.
        cycles: how many purges.
        orders: how many orders come and go in each cycle; even, from flat to flat.
        in_flight: how many orders a node that trades has on their way at once, each by itself.
        traded: how many orders it trades, or twice as many as are in flight.
        rounds: how often each kind does so.
    """

    symbols: int
    fills: int
    resting: tuple[int, ...]
    checks: int
    nodes: int
    cycles: int
    orders: int
    in_flight: tuple[int, ...]
    traded: int
    rounds: int


FULL: Final = Sizes(
    symbols=20,
    fills=500,
    resting=(25, 100),
    checks=10,
    nodes=3,
    cycles=40,
    orders=100,
    in_flight=(1, 8, 2_000),
    traded=400,
    rounds=9,
)
"""10,000 orders and fills over 20 symbols; 500 and 2,000 open orders; 40 purge cycles, of which half fill pools."""
QUICK: Final = Sizes(
    symbols=2, fills=3, resting=(2,), checks=1, nodes=1, cycles=2, orders=2, in_flight=(2,), traded=4, rounds=1
)
