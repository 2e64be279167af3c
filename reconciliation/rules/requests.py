"""Rules about what the venue is asked, and through which clients."""

from math import ceil
from typing import Final

from reconciliation.rules.budget import tightest_budget
from reconciliation.rules.client import ClientTraits
from reconciliation.rules.figures import number, several
from reconciliation.rules.finding import Violation, rule
from reconciliation.rules.subject import Subject

_INTERVALS: Final = ("reconciliation.open_check_interval_secs", "reconciliation.position_check_interval_secs")


@rule(
    "W36",
    "reconciliation.inflight_check_interval_ms",
    *_INTERVALS,
    "reconciliation.open_check_open_only",
    "facts.symbols",
    "venue.name",
    proof="computed",
    why="A venue that is asked too often refuses or bans the address, and then every check fails at once.",
    cure="longer intervals",
)
def requests_fit_the_limit(s: Subject) -> Violation | None:
    """The requests fit the venue's limit."""
    symbols = s.facts.symbols
    if symbols is None:
        return None
    cost = tightest_budget(s.checks, s.clients, symbols=symbols, guards=s.guards)
    if (cost.limit_share or 0.0) <= 1:
        return None
    estimate = " (estimate)" if cost.estimate else ""
    return Violation(
        f"up to {number(cost.worst_weight_per_min)} {cost.unit} a minute at {number(symbols)} symbols,"
        f" {number(cost.idle_weight_per_min)} when all is well;"
        f" {cost.venue} allows {number(cost.limit_per_min or 0)}{estimate}",
        _cheaper(s, symbols),
        keys=(*_INTERVALS, "reconciliation.open_check_open_only", "facts.symbols", "venue.name"),
    )


def _cheaper(s: Subject, symbols: int) -> str:
    """Return the first intervals, longer than now, at which the requests fit."""
    for factor in (1.5, 2.0, 3.0, 4.0, 6.0, 10.0, 20.0):
        change = {
            key: float(ceil(interval * factor))
            for key in _INTERVALS
            if (interval := getattr(s.checks, key.partition(".")[2])) is not None
        }
        longer = s.checks.model_copy(update={key.partition(".")[2]: value for key, value in change.items()})
        if (tightest_budget(longer, s.clients, symbols=symbols, guards=s.guards).limit_share or 0.0) <= 1:
            return f"set {' and '.join(s.put(key, value) for key, value in change.items())}"
    return "trade fewer symbols from this address"


def _remaining(client: ClientTraits, s: Subject) -> tuple[str, ...]:
    """Return what is known of a stock client that is not cured."""
    return () if client.stock is None else client.stock.remaining(s.guards)


@rule(
    "W37",
    "venue.name",
    "node.guards",
    proof="run",
    why="A stock adapter turns an error into an empty list, so that nothing after it can know that the venue did not"
    " answer.",
    cure="a node that recon builds: its guards work in every client that is named here; at any other venue those of the"
    " engine do, which believe only what is repeated",
)
def clients_are_guarded(s: Subject) -> Violation | None:
    """Every client tells a failed query from an empty answer."""
    stock = [client for client in s.clients if not client.guarded]
    # The guards of a node that recon builds work in every stock client that is known.
    open_ = [client for client in stock if not s.by_recon or client.stock is None or _remaining(client, s)]
    if not open_:
        off = s.by_recon and "query_errors" not in s.guards
        return Violation("the guard query_errors is off", "put query_errors back into node.guards") if off else None
    remains = "only the engine-level guards protect it" if s.guards else "nothing protects it"
    done = "".join(f"; at {client.venue} {', and '.join(told)}" for client in open_ if (told := _remaining(client, s)))
    return Violation(
        f"{several(sorted({client.venue for client in open_}))}: stock client, {remains}{done}",
        "keep the engine-level guards on" if s.by_recon else "build the node with LiveTradingNodeConfig.build_node",
    )
