"""Rules about the node as a whole: how it is built, supervised, and what it asks of the venue."""

from math import ceil
from typing import Final

from reconciliation.config import ReconciliationConfig
from reconciliation.rules import budget as budgets
from reconciliation.rules import timings
from reconciliation.rules.finding import Broken, rule
from reconciliation.rules.subject import Subject
from reconciliation.rules.words import duration, number, several

_CHECKS: Final = {
    "reconciliation.inflight_check_interval_ms": "in-flight orders",
    "reconciliation.open_check_interval_secs": "open orders",
    "reconciliation.position_check_interval_secs": "positions",
}
_INTERVALS: Final = ("reconciliation.open_check_interval_secs", "reconciliation.position_check_interval_secs")


@rule(
    "E01",
    proof="run",
    why="The engine's constructor checks nothing: a wrong type ends a task or the check loop in silence, while the node"
    " looks alive.",
    cure="LiveExecEngineConfig.parse(json), which checks types, ranges and names",
    held="recon emits the engine's configuration through parse",
    repair=False,
)
def parse_takes_it(s: Subject) -> Broken | None:
    """The engine's configuration holds what the engine can use."""
    if not s.refused:
        return None
    return Broken(
        "; ".join(f"{s.name(key)}: {why}" for key, why in s.refused.items()),
        "give what the field's type says, or build the configuration with its parse()",
        keys=tuple(s.refused),
    )


@rule(
    "E16",
    "reconciliation.enabled",
    *_CHECKS,
    proof="read",
    why="The checks run all the same, before clients connect and without the startup delay: orders are called REJECTED"
    " that nobody asked about.",
    cure="every check off, or reconciliation on",
    held="recon emits every check as off when enabled is false",
)
def no_check_without_reconciliation(s: Subject) -> Broken | None:
    """Reconciliation that is off has its checks off."""
    running = [key for key in _CHECKS if getattr(s.reconciliation, key.partition(".")[2]) is not None]
    if s.reconciliation.enabled or not running:
        return None
    off = " and ".join(s.put(key, None) for key in running)
    return Broken(
        f"reconciliation is off, and {several([_CHECKS[key] for key in running])} are checked",
        f"set {s.put('reconciliation.enabled', value=True)}, or {off}",
        keys=("reconciliation.enabled", *running),
    )


@rule(
    "W30",
    "node.graceful_shutdown_on_exception",
    "facts.supervisor_restarts",
    proof="run",
    why="After a graceful stop the process exits 0: a supervisor that restarts on failure takes it for a wanted end.",
    cure="graceful_shutdown_on_exception = false, or a supervisor that always restarts",
    held="recon exits 1 when a node died, whatever way it stopped",
    repair=False,
)
def broken_node_is_restarted(s: Subject) -> Broken | None:
    """A node that broke is started again."""
    exits_1 = s.by_recon or not s.node.graceful_shutdown_on_exception
    if exits_1 or s.facts.supervisor_restarts != "on-failure":
        return None
    return Broken(
        "an engine exception ends the process with exit code 0, and the supervisor restarts on failure",
        f"set {s.put('node.graceful_shutdown_on_exception', value=False)}, or let the supervisor always restart",
    )


@rule(
    "W31",
    "facts.container_grace_secs",
    "node.timeout_post_stop",
    "node.timeout_disconnection",
    "node.timeout_shutdown",
    proof="computed",
    why="The process is killed before strategies have saved their state and clients have disconnected.",
    cure="container_grace_secs above timeout_post_stop + timeout_disconnection + timeout_shutdown",
    repair=False,
)
def grace_covers_shutdown(s: Subject) -> Broken | None:
    """The supervisor waits for an orderly stop."""
    grace, needed = s.facts.container_grace_secs, timings.shutdown_secs(s.node)
    if grace is None or grace > needed:
        return None
    return Broken(
        f"a stop may take {duration(needed)}; the supervisor kills after {duration(grace)}",
        f"allow more than {duration(needed)} before SIGKILL, or shorten {s.name('node.timeout_post_stop')}",
    )


@rule(
    "W35",
    "node.timeout_reconciliation",
    proof="run",
    why="The engine only checks that the timeout is positive: a venue that hangs is awaited for ever.",
    cure="a node that recon builds, which enforces it",
    held="recon enforces the timeout itself",
)
def startup_has_a_time_limit(s: Subject) -> Broken | None:
    """Startup reconciliation ends in time."""
    if s.by_recon or not s.whole_node or not s.reconciliation.enabled:
        return None
    return Broken(
        f"{duration(s.node.timeout_reconciliation)} are allowed, and nothing ends it then",
        "await the engine's reconcile_execution_state under asyncio.wait_for, or build the node with"
        " LiveTradingNodeConfig.build_node",
    )


@rule(
    "W36",
    *_CHECKS,
    "reconciliation.open_check_open_only",
    "facts.symbols",
    "venue.name",
    proof="computed",
    why="A venue that is asked too often refuses or bans the address, and then every check fails at once.",
    cure="longer intervals, or open_check_open_only = true with a position check",
)
def requests_fit_the_limit(s: Subject) -> Broken | None:
    """The requests fit the venue's limit."""
    symbols = s.facts.symbols
    if symbols is None:
        return None
    exceeding = [cost for cost in _costs(s, s.checks, symbols) if _times_the_limit(cost) > 1]
    if not exceeding:
        return None
    cost = max(exceeding, key=_times_the_limit)
    told = " (estimate)" if cost.estimate else ""
    return Broken(
        f"up to {number(cost.worst_weight_per_min)} {cost.unit} a minute at {number(symbols)} symbols,"
        f" {number(cost.idle_weight_per_min)} when all is well;"
        f" {cost.venue} allows {number(cost.limit_per_min or 0)}{told}",
        _cheaper(s, symbols),
        keys=(*_INTERVALS, "reconciliation.open_check_open_only", "facts.symbols", "venue.name"),
    )


def _costs(s: Subject, r: ReconciliationConfig, symbols: int) -> list[budgets.Budget]:
    """Return what each client's venue is asked; which symbols are whose is not known, so each counts with all."""
    venues = dict.fromkeys(client.limits or client.venue for client in s.clients)
    return [budgets.budget(r, venue, symbols=symbols, guards=s.guards) for venue in venues]


def _times_the_limit(cost: budgets.Budget) -> float:
    return cost.worst_weight_per_min / cost.limit_per_min if cost.limit_per_min else 0.0


def _cheaper(s: Subject, symbols: int) -> str:
    """Return the first intervals, longer than now, at which the requests fit."""
    for factor in (1.5, 2.0, 3.0, 4.0, 6.0, 10.0, 20.0):
        change = {
            key: float(ceil(interval * factor))
            for key in _INTERVALS
            if (interval := getattr(s.checks, key.partition(".")[2])) is not None
        }
        longer = s.checks.model_copy(update={key.partition(".")[2]: value for key, value in change.items()})
        if all(_times_the_limit(cost) <= 1 for cost in _costs(s, longer, symbols)):
            return f"set {' and '.join(s.put(key, value) for key, value in change.items())}"
    return "trade fewer symbols from this address"


@rule(
    "W37",
    "venue.name",
    "node.guards",
    proof="run",
    why="A stock adapter turns an error into an empty list, so that nothing after it can know that the venue did not"
    " answer.",
    cure="a guarded client; for other venues the engine-level guards, which believe only what is repeated",
)
def clients_are_guarded(s: Subject) -> Broken | None:
    """Every client tells a failed query from an empty answer."""
    stock = sorted({client.venue for client in s.clients if not client.guarded})
    if not stock and (not s.by_recon or "query_errors" in s.guards):
        return None
    if not stock:
        return Broken("the guard query_errors is off", "put query_errors back into node.guards")
    remains = "only the engine-level guards protect it" if s.guards else "nothing protects it"
    return Broken(
        f"{several(stock)}: stock client, {remains}",
        "keep the engine-level guards on" if s.by_recon else "build the node with LiveTradingNodeConfig.build_node",
    )
