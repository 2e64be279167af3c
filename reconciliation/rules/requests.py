"""Rules about what the venue is asked, and through which clients."""

from math import ceil, inf
from typing import Any, Final

from reconciliation.config import ReconciliationConfig
from reconciliation.rules.budget import Budget, tightest_budget
from reconciliation.rules.client import ClientTraits
from reconciliation.rules.figures import counted, number, several
from reconciliation.rules.finding import Violation, rule
from reconciliation.rules.startup import first_minute, start_cost
from reconciliation.rules.subject import Subject
from reconciliation.rules.timings import periods

_INTERVALS: Final = ("open_check_interval_secs", "position_check_interval_secs")
_OF_ANSWERS: Final = ("inflight_check_interval_ms", "inflight_check_threshold_ms")
"""What decides how often unanswered orders are asked for; made longer only where the others do not do."""
_FACTORS: Final = (1.5, 2.0, 3.0, 4.0, 6.0, 10.0, 20.0, 50.0, 100.0)
_LONGEST_SECS: Final = 3_600.0
_MINUTE_SECS: Final = 60
_WHOLE_MINUTES_SECS: Final = 300


@rule(
    "W36",
    *(f"reconciliation.{name}" for name in (*_INTERVALS, *_OF_ANSWERS)),
    "reconciliation.inflight_check_retries",
    "reconciliation.open_check_open_only",
    "reconciliation.open_check_lookback_mins",
    "reconciliation.position_check_lookback_mins",
    "reconciliation.position_check_retries",
    "reconciliation.enabled",
    "reconciliation.startup_delay_secs",
    "reconciliation.lookback_mins",
    "facts.symbols",
    "facts.history_orders",
    "venue.name",
    "node.guards",
    proof="computed",
    why="A venue that is asked too often refuses or bans the address, and then every check fails at once.",
    cure="longer intervals",
)
def requests_fit_the_limit(s: Subject) -> Violation | None:
    """The requests fit the venue's limit."""
    symbols = s.facts.symbols or 1
    cost = tightest_budget(s.checks, s.clients, symbols=symbols, guards=s.guards)
    first = _first_minute(s, s.checks, cost, symbols)
    keys: tuple[str, ...] = ()
    cure = "trade fewer symbols from this address"
    if (cost.limit_share or 0.0) > 1:
        asked = f"up to {number(cost.worst_weight_per_min)} {cost.unit} a minute{'' if s.facts.symbols else ' already'}"
        well = f", {number(cost.idle_weight_per_min)} when all is well"
    elif cost.limit_per_min is not None and first > cost.limit_per_min:
        if s.facts.history_orders:
            keys, cure = ("facts.history_orders",), f"shorten reconciliation.lookback_mins, or {cure}"
        asked, well = f"{number(first)} {cost.unit} in the first minute of a start", ""
    else:
        return None
    estimate = " (estimate)" if cost.estimate else ""
    change = _cheaper(s, symbols)
    return Violation(
        f"{asked} at {counted(symbols, 'symbol')}{well};"
        f" {cost.venue} allows {number(cost.limit_per_min or 0)}{estimate}",
        "" if change else cure,
        change=change,
        keys=(
            *(f"reconciliation.{name}" for name in _INTERVALS),
            "reconciliation.open_check_open_only",
            "facts.symbols",
            *keys,
            "venue.name",
        ),
    )


def _first_minute(s: Subject, checks: ReconciliationConfig, cost: Budget, symbols: int) -> float:
    """Return what the first minute of a start costs with these checks; 0 where that is not known."""
    if not s.by_recon:
        return 0.0
    start = start_cost(s, symbols=symbols, orders=s.facts.history_orders or 0, venue=cost.venue)
    every = periods(checks).open_secs
    delay = checks.startup_delay_secs if checks.enabled else 0.0
    return first_minute(cost, start, None if every is None else delay + every) or 0.0


def _cheaper(s: Subject, symbols: int) -> dict[str, Any]:
    """Return the first intervals, longer than now, at which the requests fit, by key; empty where there are none."""
    for names in (_INTERVALS, (*_INTERVALS, *_OF_ANSWERS)):
        for factor in _FACTORS:
            change = {
                name: _longer(name, value, factor) for name in names if (value := getattr(s.checks, name)) is not None
            }
            longer = s.checks.model_copy(update=change)
            cost = tightest_budget(longer, s.clients, symbols=symbols, guards=s.guards)
            most = inf if cost.limit_per_min is None else cost.limit_per_min
            fits = max(cost.worst_weight_per_min, _first_minute(s, longer, cost, symbols)) <= most
            if fits and s.takes(change):
                return {f"reconciliation.{name}": value for name, value in change.items()}
    return {}


def _longer(name: str, value: float, factor: float) -> float:
    """Return a longer interval, in whole units; from a few minutes on in whole minutes, and an hour at the most."""
    longer = ceil(value * factor)
    if name in _OF_ANSWERS:
        return longer
    rounded = longer if longer < _WHOLE_MINUTES_SECS else ceil(longer / _MINUTE_SECS) * _MINUTE_SECS
    return max(float(min(rounded, _LONGEST_SECS)), value)


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
