"""What happens to a node from its boot to its end, as typed events; whoever wants to know observes them.

Logging is one observer. An observer is called where the event happens, on the node's event loop, and must not block
it; one that raises is told by the standard library's logging, and harms nobody else.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from reconciliation.engine.report import ReconciliationReport
from reconciliation.rules.finding import Finding

Stage = Literal["connection", "settings", "claims", "reconciliation", "portfolio", "strategies"]
"""The stages of a start, in their order."""

Check = Literal["inflight", "open_orders", "positions"]
"""The checks that go on as long as the trader runs."""


@dataclass(frozen=True, slots=True)
class Booting:
    """A node is about to be built."""

    parameters: Mapping[str, Any]
    """Every effective value, secrets masked, and what the values mean."""


@dataclass(frozen=True, slots=True)
class SettingsWarned:
    """The settings work today and should be changed, such as a renamed key."""

    warning: Mapping[str, str]
    """Code, key, origin, message and hint."""


@dataclass(frozen=True, slots=True)
class RuleBroken:
    """The configuration, or what a boot saw, breaks a rule that does not keep the node from starting."""

    finding: Finding


@dataclass(frozen=True, slots=True)
class Monitored:
    """The node's metrics and health are served."""

    url: str


@dataclass(frozen=True, slots=True)
class Connected:
    """Every client has connected and loaded its instruments."""

    clients: tuple[str, ...]
    secs: float
    """Since the start."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim on everything was resolved."""

    strategy_id: str
    instruments: int
    """How many it came to."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The engine said how its startup reconciliation went; it is not verified yet."""

    succeeded: bool
    secs: float


@dataclass(frozen=True, slots=True)
class Verified:
    """Startup reconciliation came to an end, good or bad: the venue was asked once more, or could not be."""

    report: ReconciliationReport


@dataclass(frozen=True, slots=True)
class Started:
    """The trader runs."""

    boot_secs: float


@dataclass(frozen=True, slots=True)
class QueryFailed:
    """A client did not answer a query of a check, so that its silence says nothing."""

    client: str
    """Its name in the engine; several where one of them failed and it is not known which, empty where it may be any."""
    query: str
    """What was asked for, in words, such as `mass status`."""
    reason: str


@dataclass(frozen=True, slots=True)
class AbsenceHeld:
    """Something is missing in the venue's answers, and is not believed gone yet."""

    kind: Literal["order", "position"]
    key: str
    """The client order id, or the instrument id."""
    reason: str


@dataclass(frozen=True, slots=True)
class OrderResolved:
    """An order that the venue answered it does not know was closed."""

    client_order_id: str
    status: str
    """What it became."""


@dataclass(frozen=True, slots=True)
class HistoryMended:
    """The cache held a fill in an order or a position alone; the other one has it now as well."""

    kind: Literal["order", "position"]
    """Which of the two lacked it."""
    key: str
    """The client order id, or the position id."""
    trade_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HistoryTorn:
    """The cache holds a position that its orders do not explain, and that was left as it is."""

    key: str
    """The position id."""
    reason: str


@dataclass(frozen=True, slots=True)
class CacheLost:
    """The database behind the cache has stopped to answer; what the engine writes meanwhile may be lost."""

    reason: str


@dataclass(frozen=True, slots=True)
class CacheBack:
    """The database behind the cache answers again."""

    secs: float
    """For how long it did not."""


@dataclass(frozen=True, slots=True)
class CheckEnded:
    """A continuous check has run; only a node that is watched tells so."""

    check: Check
    secs: float
    """How long it took."""
    reason: str
    """Why it failed; empty when it did not."""


@dataclass(frozen=True, slots=True)
class FillBrought:
    """A check booked a fill that did not come by the stream; only a node that is watched tells so.

    Those that a startup reconciliation books stand in its report.
    """

    origin: Literal["venue", "inferred"]
    """Whether the venue told of it, or the engine made it up."""
    client_order_id: str
    trade_id: str


@dataclass(frozen=True, slots=True)
class FillToldTwice:
    """A fill was told again, and is not booked again; only a node that is watched tells so."""

    client_order_id: str
    trade_id: str


@dataclass(frozen=True, slots=True)
class ExternalOrderSeen:
    """An order has appeared that no strategy submitted; only a node that is watched tells so.

    Those that had ended when a startup reconciliation found them stand in its report.
    """

    client_order_id: str
    instrument_id: str
    strategy_id: str
    """Whose it is: that of a claim, or EXTERNAL."""


@dataclass(frozen=True, slots=True)
class NotStarted:
    """The start failed, and the node has been stopped."""

    stage: Stage
    reason: str


@dataclass(frozen=True, slots=True)
class StopFailed:
    """The code of a strategy or actor failed at the stop; the venue was left properly all the same."""

    reason: str


@dataclass(frozen=True, slots=True)
class Stopping:
    """The node was asked to stop, or has done its work; from now on nothing is traded and nothing is checked."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """The node stopped because it was asked to, or because its work was done."""


@dataclass(frozen=True, slots=True)
class Died:
    """The node ended by itself."""

    reason: str


Event = (
    Booting
    | SettingsWarned
    | RuleBroken
    | Monitored
    | Connected
    | Claimed
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
    | CheckEnded
    | FillBrought
    | FillToldTwice
    | ExternalOrderSeen
    | NotStarted
    | StopFailed
    | Stopping
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
