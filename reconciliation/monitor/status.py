"""The status of one node: what it was told of so far, as one frozen picture that any thread and process may read."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Final, Literal, NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from reconciliation.monitor.durations import Durations

Origin = Literal["startup", "runtime"]
"""When a fill was recovered: by the reconciliation of a start, or by a check since."""

ORIGINS: Final[tuple[Origin, ...]] = ("startup", "runtime")


class State(StrEnum):
    """Where a node stands between its boot and its end."""

    INITIALIZING = "INITIALIZING"
    """It is built, and its clients connect."""
    RECONCILING = "RECONCILING"
    """Its startup reconciliation runs."""
    RECONCILED = "RECONCILED"
    """What it holds was verified at the venue; its trader does not run yet."""
    MONITORING = "MONITORING"
    """Its trader runs, and the last run of every check went well."""
    ERROR = "ERROR"
    """It did not start, it died, or the last run of a check failed."""


class Check(StrEnum):
    """A check that goes on as long as the trader runs."""

    INFLIGHT = "inflight"
    OPEN_ORDERS = "open_orders"
    POSITIONS = "positions"


class Discrepancy(StrEnum):
    """In what node and venue differ, or may."""

    ORDER_BEHIND = "order_behind"
    """An order whose trades are being brought in."""
    ORDER_MISSING = "order_missing"
    """An order that is open here and that the venue does not list."""
    POSITION = "position"
    """A position that differs, and is looked at again before anything is booked."""


class Held(NamedTuple):
    """What the venue's answers lack and is not believed gone.

    Attributes:
        kind: what it is.
        key: the client order id, or the instrument id.
    """

    kind: Literal["order", "position"]
    key: str


class CheckStatus(Struct, frozen=True):
    """How one check goes.

    Attributes:
        period_secs: from one run to the next; None where it is off.
        ended: when its last run ended, seconds since the epoch; 0 before the first.
        succeeded: when the last one that went well did.
        secs: how long the last one took.
        runs: how many there were.
        failures: how many of them failed.
        durations: how long they took.
        reason: why the last one failed; empty when it did not.
    """

    period_secs: float | None = None
    ended: float = 0.0
    succeeded: float = 0.0
    secs: float = 0.0
    runs: int = 0
    failures: int = 0
    durations: Durations = field(default_factory=Durations)
    reason: str = ""

    @property
    def is_on(self) -> bool:
        """Whether the check runs at all."""
        return self.period_secs is not None


class CacheStatus(Struct, frozen=True):
    """Whether the database of a node's cache answers.

    Attributes:
        is_reachable: whether it answered when it was last asked.
        since: since when that is so, seconds since the epoch.
        losses: how often it has stopped to answer.
        reason: why it does not answer; empty while it does.
        is_behind: whether it was away and has not been compared with the cache since.
        mended: how many keys lacked what was lost then, and were written again.
        missing: how many lack it still; they could not be written.
    """

    is_reachable: bool = True
    since: float = 0.0
    losses: int = 0
    reason: str = ""
    is_behind: bool = False
    mended: int = 0
    missing: int = 0


class GateStatus(Struct, frozen=True):
    """Whether orders that open or increase a position are let through.

    Attributes:
        is_closed: whether they are not; where the gate only reports, whether they would not be.
        since: since when that is so, seconds since the epoch; 0 before it was closed for the first time.
        reason: why it is closed; empty while it is open.
        closings: how often it was closed.
        denied: how many orders it has denied.
    """

    is_closed: bool = False
    since: float = 0.0
    reason: str = ""
    closings: int = 0
    denied: int = 0


class StartupProgress(Struct, frozen=True):
    """How far a startup reconciliation is that lasts.

    Attributes:
        step: `asking` the venue, `booking` what it told, or `verifying` it.
        done: instruments of which all was told, or orders that are booked.
        total: of how many; 0 where it is not known.
        orders: what the venue has told so far.
        fills: likewise.
        secs: since it began.
        limit_secs: how long it may last.
        left_secs: how long the step may still take; None where that is not known.
    """

    step: str
    done: int
    total: int
    orders: int
    fills: int
    secs: float
    limit_secs: float
    left_secs: float | None


class Counted(Struct, frozen=True):
    """What was counted in a node a moment ago.

    Attributes:
        open_orders: open at the venue, as far as the node knows.
        inflight_orders: awaiting an answer.
        external_orders: open ones that no strategy of the node has submitted.
        used_weight: request weight used up in the venue's window, as its last answer says; 0 where it says nothing.
        discrepancies: by kind, what is not settled yet.
        oldest_inflight: since when the oldest of them awaits an answer, seconds since the epoch; 0 without any.
        held_absent: what the venue's answers lack and is not believed gone, with when that began.
        positions: signed net quantity by account and instrument id, flat ones left out.
        checks_alive: when the loop of the checks last did anything; 0 before the first.
    """

    open_orders: int = 0
    inflight_orders: int = 0
    external_orders: int = 0
    used_weight: int = 0
    discrepancies: Mapping[Discrepancy, int] = field(default_factory=lambda: dict.fromkeys(Discrepancy, 0))
    oldest_inflight: float = 0.0
    held_absent: Mapping[Held, float] = field(default_factory=dict)
    positions: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    checks_alive: float = 0.0


class Fills(Struct, frozen=True):
    """The fills of a node's life that did not come by the stream, or came twice.

    Attributes:
        recovered: the venue's own, by when they were brought in.
        last_recovered: how many the last reconciliation or check brought in.
        inferred: made up by the engine, because the venue tells of no trade.
        duplicate: told again, and not booked again.
    """

    recovered: Mapping[Origin, int] = field(default_factory=lambda: dict.fromkeys(ORIGINS, 0))
    last_recovered: int = 0
    inferred: int = 0
    duplicate: int = 0


class Picture(Struct, frozen=True):
    """A node at one moment; times are seconds since the epoch.

    Attributes:
        state: where it stands.
        since: since when.
        reason: why it is in `ERROR`; empty otherwise.
        is_over: whether it stops, has ended, or never began to trade.
        reconciled: when its startup reconciliation was verified; 0 before, and where it failed.
        reconciliation_secs: how long that took, good or bad.
        startup: how far its startup reconciliation is, as it was told last; None where it does not last, or is over.
        started: when its trader began to run; 0 before.
        checks: each check.
        counted: what was counted last.
        external_seen: how many external orders have appeared.
        fills: what was recovered, inferred, or told twice.
        heartbeat: when the event loop was last seen at work.
        cache: the cache's database; None where the cache is kept in memory.
        gate: what is let through.
        leases: what no other node can hold meanwhile, each by its name with its count of holders; empty where it holds
            none, or has lost one.
    """

    state: State
    since: float
    reason: str = ""
    is_over: bool = False
    reconciled: float = 0.0
    reconciliation_secs: float = 0.0
    startup: StartupProgress | None = None
    started: float = 0.0
    checks: Mapping[Check, CheckStatus] = field(default_factory=dict)
    counted: Counted = field(default_factory=Counted)
    external_seen: int = 0
    fills: Fills = field(default_factory=Fills)
    heartbeat: float = 0.0
    cache: CacheStatus | None = None
    gate: GateStatus = field(default_factory=GateStatus)
    leases: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_reconciled(self) -> bool:
        """Whether node and venue were verified to agree and nothing says otherwise since."""
        return self.reconciled > 0 and not self.is_over and self.state in {State.RECONCILED, State.MONITORING}


class Status:
    """Takes what happens to a node, on its event loop, and keeps the picture of it.

    Args:
        now: the clock, seconds since the epoch.
        periods: of each check that is on, seconds from one run to the next.
        has_database: whether a database is behind the cache; it answered a moment ago.
    """

    def __init__(
        self, now: Callable[[], float], periods: Mapping[Check, float | None], *, has_database: bool = False
    ) -> None:
        self._now = now
        checks = {check: CheckStatus(period_secs=periods.get(check)) for check in Check}
        cache = CacheStatus(since=now()) if has_database else None
        self._in_this_run = 0
        self._picture = Picture(State.INITIALIZING, now(), checks=checks, heartbeat=now(), cache=cache)

    @property
    def picture(self) -> Picture:
        """The node as it is now; replaced as a whole, so that a reader on another thread never sees half a change."""
        return self._picture

    # -- Its life ------------------------------------------------------------------------------------

    def connected(self) -> None:
        """Its clients have connected, and reconciliation begins."""
        self._turn(State.RECONCILING)

    def reconciles(self, progress: StartupProgress) -> None:
        """Startup reconciliation goes on."""
        self._picture = replace(self._picture, startup=progress)

    def verified(self, *, succeeded: bool, secs: float, reason: str = "") -> None:
        """Startup reconciliation came to an end."""
        reconciled = self._now() if succeeded else 0.0
        self._picture = replace(self._picture, reconciliation_secs=secs, reconciled=reconciled, startup=None)
        self._turn(State.RECONCILED if succeeded else State.ERROR, reason)

    def started(self) -> None:
        """Its trader runs; with reconciliation off nothing was verified before."""
        self._in_this_run = 0
        self._picture = replace(self._picture, started=self._now())
        self._judge()

    def ended(self, reason: str = "") -> None:
        """It stops, or has stopped; a reason says that it did not start, or died."""
        self._picture = replace(self._picture, is_over=True, startup=None)
        if reason:
            self._turn(State.ERROR, reason)

    def checked(self, check: Check, secs: float, reason: str = "") -> None:
        """A check has run; a reason says that it failed."""
        before, now = self._picture.checks[check], self._now()
        after = replace(
            before,
            ended=now,
            succeeded=before.succeeded if reason else now,
            secs=secs,
            runs=before.runs + 1,
            failures=before.failures + bool(reason),
            durations=before.durations.with_one(secs),
            reason=reason,
        )
        self._picture = replace(self._picture, checks={**self._picture.checks, check: after})
        self._in_this_run = 0
        if self._picture.started and not self._picture.is_over:
            self._judge()

    def _judge(self) -> None:
        """Turn to `ERROR` while the last run of a check failed, and back once each went well."""
        failed = [f"{check}: {status.reason}" for check, status in self._picture.checks.items() if status.reason]
        self._turn(State.ERROR if failed else State.MONITORING, "; ".join(failed))

    def _turn(self, state: State, reason: str = "") -> None:
        since = self._picture.since if state is self._picture.state else self._now()
        self._picture = replace(self._picture, state=state, since=since, reason=reason)

    # -- What it sees --------------------------------------------------------------------------------

    def beat(self, counted: Counted | None = None) -> None:
        """The event loop works, and this was counted; None where it could not be."""
        counted = self._picture.counted if counted is None else counted
        self._picture = replace(self._picture, heartbeat=self._now(), counted=counted)

    def recovered(self, fills: int, origin: Origin) -> None:
        """A reconciliation or a check has brought in fills of the venue's own; those of a check come one by one."""
        told = self._picture.fills
        recovered = {**told.recovered, origin: told.recovered[origin] + fills}
        last = self._in_this_run = fills if origin == "startup" else self._in_this_run + fills
        self._picture = replace(self._picture, fills=replace(told, recovered=recovered, last_recovered=last))

    def inferred(self, fills: int = 1) -> None:
        """The engine made fills up."""
        told = self._picture.fills
        self._picture = replace(self._picture, fills=replace(told, inferred=told.inferred + fills))

    def told_twice(self) -> None:
        """A fill was told again, and not booked."""
        told = self._picture.fills
        self._picture = replace(self._picture, fills=replace(told, duplicate=told.duplicate + 1))

    def external_seen(self, orders: int = 1) -> None:
        """Orders have appeared that no strategy of the node submitted."""
        self._picture = replace(self._picture, external_seen=self._picture.external_seen + orders)

    def cache_lost(self, reason: str) -> None:
        """The cache's database does not answer any more."""
        told = self._picture.cache or CacheStatus()
        self._turn_cache(
            replace(told, is_reachable=False, since=self._now(), losses=told.losses + 1, reason=reason, is_behind=True)
        )

    def cache_back(self) -> None:
        """The cache's database answers again."""
        told = self._picture.cache or CacheStatus()
        self._turn_cache(replace(told, is_reachable=True, since=self._now(), reason="", missing=0))

    def writes_missing(self, keys: int) -> None:
        """The cache's database lacks what was lost, in so many keys."""
        self._turn_cache(replace(self._picture.cache or CacheStatus(), missing=keys))

    def writes_mended(self, keys: int) -> None:
        """The cache's database was compared with the cache, and so many keys were written again."""
        told = self._picture.cache or CacheStatus()
        self._turn_cache(replace(told, is_behind=False, mended=told.mended + keys))

    def _turn_cache(self, cache: CacheStatus) -> None:
        self._picture = replace(self._picture, cache=cache)

    def gate_closed(self, reason: str) -> None:
        """Orders that open or increase a position are denied from now on."""
        gate = self._picture.gate
        closed = replace(gate, is_closed=True, since=self._now(), reason=reason, closings=gate.closings + 1)
        self._picture = replace(self._picture, gate=closed)

    def gate_opened(self) -> None:
        """All orders are let through again."""
        opened = replace(self._picture.gate, is_closed=False, since=self._now(), reason="")
        self._picture = replace(self._picture, gate=opened)

    def exposure_denied(self) -> None:
        """The gate has denied an order."""
        gate = self._picture.gate
        self._picture = replace(self._picture, gate=replace(gate, denied=gate.denied + 1))

    def leased(self, leases: Mapping[str, int]) -> None:
        """Leases were taken."""
        self._picture = replace(self._picture, leases={**self._picture.leases, **leases})

    def lease_lost(self) -> None:
        """A lease is held no more."""
        self._picture = replace(self._picture, leases={})
