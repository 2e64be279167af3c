"""What happens to a node from its boot to its end, as typed events; whoever wants to know observes them.

Logging is one observer. An observer is called where the event happens, on the node's event loop, and must not block
it; one that raises is told by the standard library's logging, and harms nobody else.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import Struct

from reconciliation.engine.report import ReconciliationReport
from reconciliation.rules.finding import Finding

Stage = Literal["connection", "settings", "claims", "reconciliation", "portfolio", "strategies"]
"""The stages of a start, in their order."""

StartupStep = Literal["loading", "asking", "booking", "verifying"]
"""What a startup reconciliation does: the venue is asked; what it told is booked; it is asked once more."""

Check = Literal["inflight", "open_orders", "positions"]
"""The checks that go on as long as the trader runs."""


class Booting(Struct, frozen=True):
    """A node is about to be built."""

    parameters: Mapping[str, Any]
    """Every effective value, secrets masked, and what the values mean."""


class LeaseAwaited(Struct, frozen=True):
    """Another node holds a lease that this one needs; it is looked at whether that one still lives."""

    name: str
    """The trader id or the account that is held, by its name in the database."""
    holder: str
    secs: float
    """How long this may take."""


class LeaseTaken(Struct, frozen=True):
    """The node holds leases: no other one writes for its trader id, or trades on its accounts."""

    leases: Mapping[str, int]
    """Each by its name, with its count of holders, which only grows."""


class LeaseLost(Struct, frozen=True):
    """The node holds a lease no more, and ends at once; nothing is sent to the venue any more."""

    reason: str


class SettingsWarned(Struct, frozen=True):
    """The settings work today and should be changed, such as a renamed key."""

    warning: Mapping[str, str]
    """Code, key, origin, message and hint."""


class RuleBroken(Struct, frozen=True):
    """The configuration, or what a boot saw, breaks a rule that does not keep the node from starting."""

    finding: Finding


class PreflightFound(Struct, frozen=True):
    """Something around the node is not as it should be, and does not keep it from starting."""

    check: str
    found: str
    action: str
    """What to do about it."""


class Monitored(Struct, frozen=True):
    """The node's metrics and health are served."""

    url: str


class Connected(Struct, frozen=True):
    """Every client has connected and loaded its instruments."""

    clients: tuple[str, ...]
    secs: float
    """Since the start."""


class Claimed(Struct, frozen=True):
    """A claim on everything was resolved."""

    strategy_id: str
    instruments: int
    """How many it came to."""


class CachedExternal(Struct, frozen=True):
    """The cache holds open orders as EXTERNAL that a strategy claims: the claim came too late for them."""

    strategy_id: str
    client_order_ids: tuple[str, ...]
    """Sorted."""


class StartupProgress(Struct, frozen=True):
    """The load of a cache, or a startup reconciliation, goes on; one of less than two seconds does not tell."""

    step: StartupStep
    done: int
    """Orders that are loaded, instruments of which the venue has told all, or orders that are booked, by the step."""
    total: int
    """Of how many; 0 where it is not known."""
    orders: int
    """What the venue has told so far."""
    fills: int
    secs: float
    """Since it began."""
    limit_secs: float | None
    """What `node.timeout_reconciliation` allows; None while the cache loads, which nothing limits."""
    left_secs: float | None
    """How long the step may still take at the pace of it so far; None where that is not known."""


class StartupLimitShort(Struct, frozen=True):
    """A startup reconciliation will take longer than its limit, at the pace that it has."""

    expected_secs: float
    limit_secs: float
    """What `node.timeout_reconciliation` allows."""
    wanted_secs: float
    """What it should allow."""


class Reconciled(Struct, frozen=True):
    """The engine said how its startup reconciliation went; it is not verified yet."""

    succeeded: bool
    secs: float


class Verified(Struct, frozen=True):
    """Startup reconciliation came to an end, good or bad: the venue was asked once more, or could not be."""

    report: ReconciliationReport


class Started(Struct, frozen=True):
    """The trader runs."""

    boot_secs: float


class QueryFailed(Struct, frozen=True):
    """A client did not answer a query of a check, so that its silence says nothing."""

    client: str
    """Its name in the engine; several where one of them failed and it is not known which, empty where it may be any."""
    query: str
    """What was asked for, in words, such as `mass status`."""
    reason: str


class AbsenceHeld(Struct, frozen=True):
    """Something is missing in the venue's answers, and is not believed gone yet."""

    kind: Literal["order", "position"]
    key: str
    """The client order id, or the instrument id."""
    reason: str


class OrderResolved(Struct, frozen=True):
    """An order that the venue answered it does not know was closed."""

    client_order_id: str
    status: str
    """What it became."""


class HistoryMended(Struct, frozen=True):
    """The cache held a fill in an order or a position alone; the other one has it now as well."""

    kind: Literal["order", "position"]
    """Which of the two lacked it."""
    key: str
    """The client order id, or the position id."""
    trade_ids: tuple[str, ...]


class HistoryTorn(Struct, frozen=True):
    """The cache holds a position that its orders do not explain, and that was left as it is."""

    key: str
    """The position id."""
    reason: str


class CacheLost(Struct, frozen=True):
    """The database behind the cache has stopped to answer; what the engine writes meanwhile may be lost."""

    reason: str


class CacheBack(Struct, frozen=True):
    """The database behind the cache answers again."""

    secs: float
    """For how long it did not."""


class WritesMissing(Struct, frozen=True):
    """The database lacks what the engine wrote while it was away, and it could not be written again."""

    keys: Mapping[str, str]
    """Each by its name in the database, with the reason; `*` stands for all that may be missing."""


class WritesMended(Struct, frozen=True):
    """The database was compared with the cache: it holds all that the node holds but for what is told as missing."""

    keys: tuple[str, ...]
    """Those that lacked something and were written again, sorted; none where nothing was lost."""
    secs: float
    """How long it took since the database answered again."""


class GateClosed(Struct, frozen=True):
    """The node's picture is stale or in doubt: orders that open or increase a position are denied from now on."""

    reason: str
    is_enforced: bool
    """Whether they are; with `node.gate = "report"` it is only told."""


class GateOpened(Struct, frozen=True):
    """The node's picture can be trusted again."""

    secs: float
    """For how long the gate was closed."""


class ExposureDenied(Struct, frozen=True):
    """An order that opens or increases a position was denied, because the gate is closed."""

    client_order_id: str
    reason: str


class Stuck(Struct, frozen=True):
    """The node does not do its work any more, and will not by itself: no start, no checks, or no trader.

    With `node.on_stuck = "exit"` it is stopped now.
    """

    reason: str


class CheckEnded(Struct, frozen=True):
    """A continuous check has run; a read-only node does not tell."""

    check: Check
    secs: float
    """How long it took."""
    reason: str
    """Why it failed; empty when it did not."""


class FillBrought(Struct, frozen=True):
    """A check booked a fill that did not come by the stream; a read-only node does not tell.

    Those that a startup reconciliation books stand in its report.
    """

    origin: Literal["venue", "inferred"]
    """Whether the venue told of it, or the engine made it up."""
    client_order_id: str
    trade_id: str


class FillToldTwice(Struct, frozen=True):
    """A fill was told again, and is not booked again; a read-only node does not tell."""

    client_order_id: str
    trade_id: str


class ExternalOrderSeen(Struct, frozen=True):
    """An order has appeared that no strategy submitted; a read-only node does not tell.

    Those that had ended when a startup reconciliation found them stand in its report.
    """

    client_order_id: str
    instrument_id: str
    strategy_id: str
    """Whose it is: that of a claim, or EXTERNAL."""


class NotStarted(Struct, frozen=True):
    """The start failed, and the node has been stopped."""

    stage: Stage
    reason: str


class StopFailed(Struct, frozen=True):
    """The code of a strategy or actor failed at the stop; the venue was left properly all the same."""

    reason: str


class Stopping(Struct, frozen=True):
    """The node was asked to stop, or has done its work; from now on nothing is traded and nothing is checked."""


class StopWaits(Struct, frozen=True):
    """The stop waits for something; a wait of less than a second is not told."""

    what: str
    """In words, such as `the clients to disconnect`."""
    secs: float
    """For how long at the most."""


class Stopped(Struct, frozen=True):
    """The node stopped because it was asked to, or because its work was done."""


class Died(Struct, frozen=True):
    """The node ended by itself."""

    reason: str


Event = (
    Booting
    | LeaseAwaited
    | LeaseTaken
    | LeaseLost
    | SettingsWarned
    | RuleBroken
    | PreflightFound
    | Monitored
    | Connected
    | Claimed
    | CachedExternal
    | StartupProgress
    | StartupLimitShort
    | Reconciled
    | Verified
    | Started
    | QueryFailed
    | AbsenceHeld
    | OrderResolved
    | HistoryMended
    | HistoryTorn
    | CacheLost
    | CacheBack
    | WritesMissing
    | WritesMended
    | GateClosed
    | GateOpened
    | ExposureDenied
    | Stuck
    | CheckEnded
    | FillBrought
    | FillToldTwice
    | ExternalOrderSeen
    | NotStarted
    | StopFailed
    | Stopping
    | StopWaits
    | Stopped
    | Died
)

Observer = Callable[[Event], None]


class Lifecycle:
    """Tells observers what happens to one node."""

    def __init__(self) -> None:
        self._observers: list[Observer] = []

    def observe(self, observer: Observer) -> None:
        """Call an observer with every event from now on."""
        self._observers.append(observer)

    def emit(self, event: Event) -> None:
        """Tell every observer, in the order in which they came."""
        for observer in self._observers:
            try:
                observer(event)
            except Exception:
                logging.getLogger(__name__).exception("an observer failed at %s", type(event).__name__)
