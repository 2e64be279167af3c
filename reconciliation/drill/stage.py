"""What an operation means at the venue, whichever way it is reached; and what came of a run."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct, field

from reconciliation.drill.anomalies import Anomaly
from reconciliation.drill.operation import Operation
from reconciliation.drill.schedule import (
    Fail,
    Fill,
    Heal,
    Lag,
    Mend,
    Place,
    Reach,
    Repeat,
    Retell,
    Schedule,
    Seed,
    Skew,
    Stream,
    Withdraw,
)
from reconciliation.embedded.failures import ProcessFailedError
from reconciliation.embedded.venue_control import VenueControl

if TYPE_CHECKING:
    from reconciliation.drill.recorded.record import Record


class Settled(NamedTuple):
    """One time that node and venue were to agree.

    Attributes:
        healed_secs: from when on everything worked, in seconds since the run began.
        took_secs: how long it took from then on; until it was given up, where they never agreed.
        has_agreed: whether they did.
    """

    healed_secs: float
    took_secs: float
    has_agreed: bool


class Played(Struct, frozen=True, kw_only=True):
    """What came of a run.

    Attributes:
        schedule: what was played.
        preset: with which settings.
        anomalies: everything that was wrong in the end.
        boots: how often the node was started, and how often it refused.
        refused: why it refused, each time.
        orders: how many the venue had in the end.
        fills: how many trades.
        virtual_secs: how long it lasted.
        digest: of everything that happened; empty over the wire.
        settled: each time that agreement was looked for.
        record: what a person wants to see of it; None where it was not asked for.
    """

    schedule: Schedule
    preset: str
    anomalies: tuple[Anomaly, ...]
    boots: int = 0
    refused: tuple[str, ...] = ()
    orders: int = 0
    fills: int = 0
    virtual_secs: float = 0.0
    digest: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    settled: tuple[Settled, ...] = ()
    record: "Record | None" = None

    @property
    def agreed_secs(self) -> float | None:
        """How long after everything worked again node and venue agreed; None where they did not."""
        first = next(iter(self.settled), None)  # what is looked for later is whether it stays so
        return None if first is None or not first.has_agreed else first.took_secs


def at_venue(operation: Operation, control: VenueControl) -> bool:
    """Carry out what happens at the venue; return whether it was such an operation.

    What is not possible any more, such as the fill of an order that is closed, is left.
    """
    try:
        return _carried_out(operation, control)
    except ProcessFailedError:
        return True


def _carried_out(operation: Operation, control: VenueControl) -> bool:  # noqa: C901, PLR0912 - one arm an operation
    match operation:
        case Seed():
            control.seed(
                operation.symbol,
                fills=operation.fills,
                open_orders=operation.open_orders,
                net=operation.net,
                age_mins=operation.age_mins,
                part=operation.part,
            )
        case Place():
            control.place(
                operation.symbol,
                operation.side,
                operation.quantity,
                price=operation.price,
                client_order_id=operation.name,
                silent=operation.silent,
            )
        case Fill():
            _fill(operation, control)
        case Withdraw():
            control.cancel(operation.name, silent=operation.silent)
        case Fail():
            control.fail(**_given(operation))
        case Mend():
            control.clear_faults()
        case Stream():
            _steer(operation.action, control)
        case Lag():
            control.delay_stream(operation.secs)
        case Repeat():
            control.repeat_stream(operation.copies)
        case Retell():
            control.tell_again(operation.copies)
        case Reach():
            (control.come_back if operation.reachable else control.go_away)()
        case Skew():
            control.skew_clock(operation.ms)
        case Heal():
            control.clear_faults()
            control.unmute()
            control.delay_stream(0)
            control.repeat_stream(1)
            control.skew_clock(0)
            control.come_back()
        case _:
            return False
    return True


def _fill(operation: Fill, control: VenueControl) -> None:
    try:
        control.fill(operation.name, quantity=operation.quantity, silent=operation.silent)
    except ProcessFailedError:
        if operation.quantity is None:
            raise
        control.fill(operation.name, silent=operation.silent)  # less remains than that


def _given(operation: Fail) -> dict[str, Any]:
    return operation.model_dump(exclude={"do"})


def _steer(action: str, control: VenueControl) -> None:
    match action:
        case "mute":
            control.mute()
        case "unmute":
            control.unmute()
        case "drop":
            control.drop()
        case "freeze":
            control.freeze()
        case _:
            control.expire_listen_key()
