"""What a configuration means: when its checks run, what they conclude and repair after how long, and what they cost."""

from collections.abc import Callable
from math import inf
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict

from reconciliation.rules import timings
from reconciliation.rules.budget import Budget, tightest_budget
from reconciliation.rules.stages import shutdown_secs, startup_secs
from reconciliation.rules.startup import StartCost, start_cost
from reconciliation.rules.subject import Subject
from reconciliation.rules.timings import Answer, Conditions, Periods, Span

ANSWERS: Final[tuple[Answer, ...]] = ("no_such_order", "refused", "error")


class Kept(Struct, frozen=True):
    """How long something closed stays in memory, in minutes; both None is for ever."""

    least_mins: int | None
    most_mins: int | None


class Plan(Struct, frozen=True):
    """What a configuration means; seconds unless the name says otherwise."""

    symbols: int
    """How many symbols it was worked out for."""
    resting: int
    """For how many orders that rest longer than the open check looks back."""
    periods: Periods
    delay: float
    """From the end of startup reconciliation until the checks begin; the first run of each comes a period later."""
    submitted: dict[Answer, Span | None]
    """When an order without an answer is called dead, by what the venue answers; None is never."""
    accepted: dict[Answer, Span | None]
    """When a resting order that is not found is called dead, by what the venue answers; None is never."""
    position_gives_up: float | None
    """After how long the position check gives up on a difference; None is never."""
    outage_outlived: float | None
    """How long the venue may be away before anything wrong is concluded; None is any time."""
    lost_fill: float | None
    """The latest at which a fill that the stream lost is booked; None is never. So the next two."""
    lost_cancel: float | None
    lost_ack: float | None
    budget: Budget
    closed_orders: Kept
    closed_positions: Kept
    account_events: Kept
    startup: dict[str, float]
    """The time limit of each stage of the start, in order."""
    start: StartCost
    """What a start asks for, and how long it takes."""
    shutdown: float
    """How long an orderly stop may take."""

    def first_secs(self, period_secs: float | None) -> float | None:
        """Return when a check first runs, counted from the end of startup reconciliation."""
        return None if period_secs is None else self.delay + period_secs

    def data(self) -> dict[str, Any]:
        """Return the plan as plain data; `recon plan --help` documents it."""
        cost = self.budget
        return {
            "symbols": self.symbols,
            "resting": self.resting,
            "checks": asdict(self.periods),
            "first_checks": {
                f"{check}_secs": self.first_secs(every)
                for check, every in (
                    ("inflight", self.periods.inflight_secs),
                    ("open", self.periods.open_secs),
                    ("position", self.periods.position_secs),
                )
            },
            "called_dead": {"submitted": _spans(self.submitted), "accepted": _spans(self.accepted)},
            "position_gives_up_secs": self.position_gives_up,
            "outage_outlived_secs": self.outage_outlived,
            "repaired": {"fill_secs": self.lost_fill, "cancel_secs": self.lost_cancel, "ack_secs": self.lost_ack},
            "cost": {
                "venue": cost.venue,
                "unit": cost.unit,
                "idle_per_min": cost.idle_weight_per_min,
                "worst_per_min": cost.worst_weight_per_min,
                "limit_per_min": cost.limit_per_min,
                "estimate": cost.estimate,
                "source": cost.source,
                "idle_requests_per_min": dict(cost.idle_requests),
                "worst_requests_per_min": dict(cost.worst_requests),
            },
            "kept": {
                "closed_orders": asdict(self.closed_orders),
                "closed_positions": asdict(self.closed_positions),
                "account_events": asdict(self.account_events),
            },
            "startup": {f"{stage}_secs": secs for stage, secs in self.startup.items()}
            | {"total_secs": sum(self.startup.values())},
            "start": self.start.data(),
            "shutdown_secs": self.shutdown,
        }


def plan(subject: Subject, *, symbols: int | None = None, resting: int = 0, orders: int | None = None) -> Plan:
    """Return what settings mean for a node; of several clients, the worst of each figure.

    Args:
        subject: the settings with the clients that were added.
        symbols: how many symbols are traded; `facts.symbols`, else one, when not given.
        resting: how many orders may rest longer than the open check looks back.
        orders: of how many orders the venue tells a start; `facts.history_orders`, else none, when not given.
    """
    r, node, checks = subject.reconciliation, subject.node, subject.checks
    traded = symbols or subject.facts.symbols or 1
    told = subject.facts.history_orders or 0 if orders is None else orders
    budget = tightest_budget(checks, subject.clients, symbols=traded, resting=resting, guards=subject.guards)
    of_clients = [subject.conditions(client) for client in subject.clients]
    outlived = [secs for each in of_clients if (secs := timings.outage_outlived_secs(each)) is not None]
    return Plan(
        symbols=traded,
        resting=resting,
        periods=timings.periods(checks),
        delay=r.startup_delay_secs if r.enabled else 0.0,
        submitted={answer: _soonest(timings.unanswered, of_clients, answer) for answer in ANSWERS},
        accepted={answer: _soonest(timings.missing, of_clients, answer) for answer in ANSWERS},
        position_gives_up=timings.position_gives_up_secs(checks, subject.guards),
        outage_outlived=min(outlived, default=None),
        lost_fill=timings.lost_fill_secs(checks),
        lost_cancel=timings.lost_cancel_secs(checks),
        lost_ack=timings.lost_ack_secs(checks),
        budget=budget,
        closed_orders=_kept(r.purge_closed_orders_interval_mins, r.purge_closed_orders_buffer_mins),
        closed_positions=_kept(r.purge_closed_positions_interval_mins, r.purge_closed_positions_buffer_mins),
        account_events=_kept(r.purge_account_events_interval_mins, r.purge_account_events_lookback_mins),
        startup=startup_secs(node, reconciles=r.enabled),
        start=start_cost(subject, symbols=traded, orders=told, venue=budget.venue),
        shutdown=shutdown_secs(node, by_recon=subject.by_recon),
    )


def _soonest(
    timing: Callable[[Conditions, Answer], Span | None], of_clients: list[Conditions], answer: Answer
) -> Span | None:
    """Return the span of the client whose orders are called dead the soonest; None where no client's ever are."""
    spans = [span for conditions in of_clients if (span := timing(conditions, answer)) is not None]
    return min(
        spans, key=lambda span: (span.soonest_secs, inf if span.latest_secs is None else span.latest_secs), default=None
    )


def _kept(interval_mins: int | None, buffer_mins: int | None) -> Kept:
    if interval_mins is None:
        return Kept(None, None)
    buffer = buffer_mins or 0
    return Kept(buffer, buffer + interval_mins)


def _spans(spans: dict[Answer, Span | None]) -> dict[str, Any]:
    return {answer: None if span is None else asdict(span) for answer, span in spans.items()}
