"""What a start asks the venue for, how long it takes by the history that it finds, and the rule about that."""

from collections.abc import Mapping
from math import ceil
from typing import Any, Final

from msgspec import Struct

from reconciliation.rules.budget import Budget, lookback_windows
from reconciliation.rules.figures import counted, duration
from reconciliation.rules.finding import Violation, rule
from reconciliation.rules.limits import AT_ONCE, PAGE, VenueLimit, limit_of
from reconciliation.rules.stages import ample_secs
from reconciliation.rules.subject import Subject

BASE_SECS: Final = 0.888
"""From a process's start until its clients connect, and after reconciling until its trader runs; without a history.

`make bench` writes this and the next four, of a node with every acceleration: `figures/start_seconds.py` takes lines of
least squares through what `figures/startup.json` holds of starts on 1,000 to 30,000 orders, and the part that is
reconciliation from `figures/command.json`. All grow with the number of orders, and with nothing else.
"""
TOLD_SECS: Final = 0.05
"""For each thousand orders, with as many fills: until they are received and read."""
BOOKED_SECS: Final = 0.286
"""Likewise, until a cold start has booked them."""
KNOWN_SECS: Final = 0.021
"""Likewise, until a warm start has seen that it knows them."""
LOADED_SECS: Final = 0.119
"""Likewise, until a warm start has loaded them from the cache's database."""
ROUND_TRIP_SECS: Final = 0.1
"""Where `facts.venue_round_trip_ms` says nothing."""
STATES: Final = ("cold", "warm", "closed")
"""Of starts: on an empty cache, and on what the last one left; and either, where the positions were closed again, so
that a node holds hardly any of the orders. In the first two it holds all of them, which is the worst."""
_CONNECTS_IN: Final = 9
"""How many requests of a boot are made one after the other until its clients are connected."""
_VERIFIES_IN: Final = 1
_MINUTE_SECS: Final = 60.0


class StartCost(Struct, frozen=True):
    """What a start costs.

    Attributes:
        venue: of whose requests this is: its title in the table of limits.
        orders: of how many orders the venue tells, with as many fills.
        round_trip_secs: of one request.
        requests: how many are made, by call; empty where the calls of the venue's adapter were not counted.
        weight: what they weigh; None likewise.
        limit_per_min: what the venue allows; None where that is not known.
        reconciling_secs: how long a start reconciles, by its state, which `node.timeout_reconciliation` limits; without
            the round trips where the calls were not counted.
        running_secs: from a process's start until its trader runs, likewise.
    """

    venue: str
    orders: int
    round_trip_secs: float
    requests: Mapping[str, int]
    weight: float | None
    limit_per_min: float | None
    reconciling_secs: Mapping[str, float]
    running_secs: Mapping[str, float]

    def data(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "venue": self.venue,
            "orders": self.orders,
            "round_trip_secs": self.round_trip_secs,
            "requests": dict(self.requests),
            "weight": self.weight,
            "limit_per_min": self.limit_per_min,
            **{
                state: {
                    "reconciling_secs": round(self.reconciling_secs[state], 2),
                    "running_secs": round(self.running_secs[state], 2),
                }
                for state in STATES
            },
        }


def start_cost(s: Subject, *, symbols: int, orders: int, venue: str = "") -> StartCost:
    """Return what a start costs whose venue tells of a history.

    Args:
        s: the settings with the clients that were added, of a node that recon builds.
        symbols: how many symbols have a position, an open order or a known order; the orders are spread evenly.
        orders: how many orders with about one fill each lie within the lookback.
        venue: by its title, whose requests are counted if they are known; else, and where it is no client's, those of
            the first client of which they are.
    """
    limits = (limit_of(client.limits or client.venue) for client in s.clients)
    limit = min(limits, key=lambda each: (not each.calls.at_start, each.title != venue))
    reconciles = s.reconciliation.enabled
    pages = _pages(s, orders // symbols)
    # A stock client that knows a symbol by two names asks twice; of a cache that is empty it knows one, and asks once.
    is_twofold = limit is limit_of("BINANCE") and "symbols" not in s.guards
    calls = _calls(limit, symbols * (1 + is_twofold), pages, reconciles=reconciles)
    trip_ms = s.facts.venue_round_trip_ms
    trip = ROUND_TRIP_SECS if trip_ms is None else trip_ms / 1_000
    turns = ceil(symbols / (AT_ONCE if "concurrent_queries" in s.node.accelerate else 1))
    asked_in = 3 + turns * (pages[0] + 1) + _VERIFIES_IN if calls else 0
    thousands = orders / 1_000
    told = asked_in * trip + thousands * TOLD_SECS if reconciles else 0.0
    booked = dict(zip(STATES, (BOOKED_SECS, KNOWN_SECS, 0.0), strict=True))
    loaded = dict(zip(STATES, (0.0, LOADED_SECS, 0.0), strict=True))
    reconciling = {state: told + thousands * secs * reconciles for state, secs in booked.items()}
    before = BASE_SECS + (_CONNECTS_IN * trip if calls else 0.0)
    return StartCost(
        venue=limit.title,
        orders=orders,
        round_trip_secs=trip,
        requests={name: count for name, (count, _) in calls.items()},
        weight=sum(count * cost for count, cost in calls.values()) if calls else None,
        limit_per_min=limit.per_minute,
        reconciling_secs=reconciling,
        running_secs={state: before + thousands * loaded[state] + secs for state, secs in reconciling.items()},
    )


def first_minute(cost: Budget, start: StartCost, first_check_secs: float | None) -> float | None:
    """Return what a start asks for with the checks that follow it within a minute, in the venue's unit.

    None where that was not counted, or where the start is another venue's.

    Args:
        cost: of the checks.
        start: of a node with the same settings.
        first_check_secs: when its open check first runs, counted from its start; None is never.
    """
    if start.weight is None or start.venue != cost.venue:
        return None
    checked_secs = 0.0 if first_check_secs is None else max(_MINUTE_SECS - first_check_secs, 0.0)
    return start.weight + cost.idle_weight_per_min * checked_secs / _MINUTE_SECS


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


def _calls(
    limit: VenueLimit, symbols: int, pages: tuple[int, int], *, reconciles: bool
) -> dict[str, tuple[int, float]]:
    """Return each call with how often it is made and what it weighs; empty where a start's calls were not counted."""
    calls = limit.calls
    found: dict[str, tuple[int, float]] = {}
    for part, made in calls.at_start.items():
        if reconciles or part in {"preflight", "connection"}:
            for call, count in made.items():
                found[call.name] = (found.get(call.name, (0, 0.0))[0] + count, call.cost)
    if found and reconciles:
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
    needed, limit = cost.reconciling_secs["cold"], s.node.timeout_reconciliation
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
