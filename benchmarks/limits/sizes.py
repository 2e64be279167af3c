"""How much there is of everything, in the measurements and in what only shows that they run."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account that nodes start on, with a history of each of its symbols.

    Attributes:
        symbols: how many it trades.
        rounds: how often a node of each kind starts on it.
        is_compared: whether others than recon's own start on it too, and on both kinds of history.
    """

    symbols: int
    rounds: int
    is_compared: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much there is.

    Attributes:
        accounts: that nodes start on, from small to large; the last one that is compared has `symbols` of them.
        symbols: how many the account trades of all other measurements.
        fills: of each symbol, each of its own order.
        resting: open orders of each symbol, in the checks; few and many.
        checks: how many of each kind are measured in one node.
        nodes: how many of each kind make them.
        cycles: how many purges.
        orders: how many orders come and go in each cycle; even, from flat to flat.
        in_flight: how many orders a node that trades has on their way at once, each by itself.
        traded: how many orders it trades, or twice as many as are in flight.
        rounds: how often each kind does so.
        commands: how often `recon reconcile --apply` is run, cold and warm.
        distant: how often a node of each kind starts far away from its venue.
    """

    accounts: tuple[Account, ...]
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
    commands: int
    distant: int


FULL: Final = Sizes(
    accounts=(
        Account(symbols=2, rounds=3),
        Account(symbols=6, rounds=3),
        Account(symbols=20, rounds=3),
        Account(symbols=60, rounds=3, is_compared=False),
    ),
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
    commands=3,
    distant=3,
)
"""1,000 to 30,000 orders and fills; 500 and 2,000 open orders; 40 purge cycles, of which half fill pools."""
QUICK: Final = Sizes(
    accounts=(
        Account(symbols=1, rounds=1),
        Account(symbols=2, rounds=1),
        Account(symbols=3, rounds=1, is_compared=False),
    ),
    symbols=2,
    fills=3,
    resting=(2,),
    checks=1,
    nodes=1,
    cycles=2,
    orders=2,
    in_flight=(2,),
    traded=4,
    rounds=1,
    commands=1,
    distant=1,
)
