"""What a start asks the venue for, how long it takes by the history that it finds, and the rule about that."""

from collections.abc import Mapping
from math import ceil
from typing import Any, Final

from msgspec import Struct

from reconciliation.rules.budget import lookback_windows
from reconciliation.rules.figures import counted, duration
from reconciliation.rules.finding import Violation, rule
from reconciliation.rules.limits import VenueLimit, limit_of
from reconciliation.rules.stages import ample_secs
from reconciliation.rules.subject import Subject

BASE_SECS: Final = 1.3
"""From a process's start until its clients connect, and after reconciling until its trader runs; without a history.

This and the next four were measured on two processors, over 1,000 to 30,000 orders of 20 symbols that built
positions up, with every acceleration: docs/performance.md. All grow with the number of orders, and with nothing else.
"""
TOLD_SECS: Final = 0.06
"""For each thousand orders, with as many fills: until they are received and read."""
BOOKED_SECS: Final = 0.4
"""Likewise, until a cold start has booked them."""
KNOWN_SECS: Final = 0.05
"""Likewise, until a warm start has seen that it knows them."""
LOADED_SECS: Final = 0.17
"""Likewise, until a warm start has loaded them from the cache's database."""
ROUND_TRIP_SECS: Final = 0.1
"""Where `facts.venue_round_trip_ms` says nothing."""
AT_ONCE: Final = 8
"""Of how many symbols something is asked at a time, with the acceleration `concurrent_queries`."""
PAGE: Final = 1_000
_CONNECTS_IN: Final = 9
"""How many requests of a boot are made one after the other until its clients are connected."""
_VERIFIES_IN: Final = 1


class StartCost(Struct, frozen=True):
    """What a start costs.

    Attributes:
        orders: of how many orders the venue tells, with as many fills.
        round_trip_secs: of one request.
        requests: how many are made, by call; empty where the calls of the venue's adapter were not counted.
        weight: what they weigh; None likewise.
        limit_per_min: what the venue allows; None where that is not known.
        reconciling_secs: how long a cold start reconciles, which `node.timeout_reconciliation` limits; and a warm one.
        running_secs: from a process's start until its trader runs, cold and warm.
    """

    orders: int
    round_trip_secs: float
    requests: Mapping[str, int]
    weight: float | None
    limit_per_min: float | None
    reconciling_secs: tuple[float, float]
    running_secs: tuple[float, float]

    def data(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "orders": self.orders,
            "round_trip_secs": self.round_trip_secs,
            "requests": dict(self.requests),
            "weight": self.weight,
            "limit_per_min": self.limit_per_min,
            **{
                state: {"reconciling_secs": round(reconciling, 2), "running_secs": round(running, 2)}
                for state, reconciling, running in zip(
                    ("cold", "warm"), self.reconciling_secs, self.running_secs, strict=True
                )
            },
        }


def start_cost(s: Subject, *, symbols: int, orders: int) -> StartCost:
    """Return what a start costs whose venue tells of a history.

    Args:
        s: the settings with the clients that were added.
        symbols: how many symbols have a position, an open order or a known order; the orders are spread evenly.
        orders: how many orders with about one fill each lie within the lookback.
    """
    limits = [limit_of(client.limits or client.venue) for client in s.clients]
    limit = next((each for each in limits if each.calls.at_start), limits[0])
    pages = _pages(s, orders // symbols)
    calls = _calls(limit, symbols, pages) if limit.calls.at_start else {}
    trip_ms = s.facts.venue_round_trip_ms
    trip = ROUND_TRIP_SECS if trip_ms is None else trip_ms / 1_000
    turns = ceil(symbols / (AT_ONCE if "concurrent_queries" in s.node.accelerate else 1))
    asked_in = 3 + turns * (pages[0] + 1) + _VERIFIES_IN if calls else 0
    thousands = orders / 1_000
    told = asked_in * trip + thousands * TOLD_SECS
    reconciling = told + thousands * BOOKED_SECS, told + thousands * KNOWN_SECS
    before = BASE_SECS + (_CONNECTS_IN * trip if calls else 0.0)
    return StartCost(
        orders=orders,
        round_trip_secs=trip,
        requests={name: count for name, (count, _) in calls.items()},
        weight=sum(count * cost for count, cost in calls.values()) if calls else None,
        limit_per_min=limit.per_minute,
        reconciling_secs=reconciling,
        running_secs=(before + reconciling[0], before + thousands * LOADED_SECS + reconciling[1]),
    )


def _pages(s: Subject, rows: int) -> tuple[int, int]:
    """Return how many questions are asked for one symbol's orders, and for its trades, with so many rows of each."""
    if "history" not in s.guards:
        return 1, 1
    windows = lookback_windows(s.reconciliation.lookback_mins or 0, s.guards)
    if windows == 1:
        trades = rows // PAGE + 1
        return (1 if rows < PAGE else 1 + trades), trades
    first = min(rows // windows, PAGE)  # the first window that holds any is read alone, all behind it by ids
    trades = 1 + (rows - first) // PAGE + 1 if first else windows
    return 1 + trades, trades


def _calls(limit: VenueLimit, symbols: int, pages: tuple[int, int]) -> dict[str, tuple[int, float]]:
    """Return each call with how often it is made and what it weighs."""
    calls = limit.calls
    found = {call.name: (count, call.cost) for call, count in calls.at_start.items()}
    for call, each in zip(calls.history_per_symbol, (*pages, 1), strict=True):
        found[call.name] = (symbols * each, call.cost)
    return found


@rule(
    "W41",
    "node.timeout_reconciliation",
    "reconciliation.enabled",
    "reconciliation.lookback_mins",
    "facts.history_orders",
    "facts.symbols",
    "facts.venue_round_trip_ms",
    "node.guards",
    "node.accelerate",
    "venue.name",
    proof="computed",
    why="A start that is not done within its limit is refused, and the next one that takes as long is refused too.",
    cure="timeout_reconciliation of twice what a start takes, which `recon plan` tells",
)
def history_fits_the_limit(s: Subject) -> Violation | None:
    """Startup reconciliation is done within its time limit."""
    orders = s.facts.history_orders
    if orders is None or not s.by_recon or not s.reconciliation.enabled:
        return None
    symbols = s.facts.symbols or 1
    cost = start_cost(s, symbols=symbols, orders=orders)
    needed, limit = cost.reconciling_secs[0], s.node.timeout_reconciliation
    if needed <= limit:
        return None
    ample = ample_secs(needed)
    shorter = "shorten reconciliation.lookback_mins, so that the venue tells of less"
    return Violation(
        f"{counted(orders, 'order')} of {counted(symbols, 'symbol')} take a cold start about {duration(needed)} as"
        f" measured on one machine; {duration(limit)} are allowed",
        "" if ample > needed else shorter,
        change={"node.timeout_reconciliation": ample} if ample > needed else {},
        keys=("node.timeout_reconciliation", "facts.history_orders", "facts.symbols"),
    )
