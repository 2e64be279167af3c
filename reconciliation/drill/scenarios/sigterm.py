"""The node is asked to stop, whatever it is doing: it ends in time, and its next life holds the truth."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import (
    AnyOperation,
    Boot,
    Cancel,
    Fail,
    Fill,
    Seed,
    Stop,
    Stream,
    Submit,
    Until,
    Wait,
)

_CALL = "POST /fapi/v1/order"
_RESTING = Submit(name="resting", quantity=Decimal("0.010"), price=Decimal(50_000))


def _while_starting(until: Until) -> tuple[AnyOperation, ...]:
    return (_RESTING, Wait(secs=5), Stop(), Fill(name="resting", quantity=Decimal("0.004")), Boot(), until)


def _unanswered(*before: AnyOperation) -> tuple[AnyOperation, ...]:
    """Stop while an order that rests at the venue is unanswered, and fill it meanwhile."""
    return (
        Wait(secs=20),
        *before,
        Fail(call=_CALL, delay_secs=300, apply=True, times=1),
        Submit(name="unanswered", quantity=Decimal("0.010"), price=Decimal(50_000)),
        Until(asked=_CALL),
        Wait(secs=1),
        Stop(),
        Fill(name="unanswered", quantity=Decimal("0.004")),
        Boot(),
    )


_PHASES: dict[str, tuple[AnyOperation, ...]] = {
    "before it connects": _while_starting(Until(event="Booting")),
    "loading instruments": _while_starting(Until(asked="GET /fapi/v1/exchangeInfo")),
    "opening the stream": _while_starting(Until(asked="POST /fapi/v1/listenKey")),
    "connected": _while_starting(Until(event="Connected")),
    "asking for orders": _while_starting(Until(asked="GET /fapi/v1/allOrders")),
    "asking for trades": _while_starting(Until(asked="GET /fapi/v1/userTrades")),
    "reconciled": _while_starting(Until(event="Reconciled")),
    "verified": _while_starting(Until(event="Verified")),
    "started": _while_starting(Until(event="Started")),
    "in the startup delay": (_RESTING, Wait(secs=5)),
    "in a check": (_RESTING, Wait(secs=20), Until(asked="GET /fapi/v1/openOrders")),
    "sending an order": (_RESTING, Wait(secs=20), Submit(name="bought", quantity=Decimal("0.010")), Until(asked=_CALL)),
    "awaiting an answer": (
        Wait(secs=20),
        Fail(call=_CALL, delay_secs=300, apply=True, times=1),
        Submit(name="bought", quantity=Decimal("0.010")),
        Until(asked=_CALL),
        Wait(secs=1),
    ),
    "awaiting an answer, accepted": _unanswered(),
    "awaiting an answer, unheard": _unanswered(Stream(action="mute")),
    "cancelling an order": (_RESTING, Wait(secs=20), Cancel(name="resting"), Until(asked="DELETE /fapi/v1/order")),
    "venue hanging": (_RESTING, Wait(secs=20), Fail(call="*", delay_secs=3_600), Wait(secs=30)),
}

SCENARIOS = tuple(
    Scenario(
        name=f"SIGTERM [{phase}]",
        text="It stops within what its settings allow; nothing that was under way is lost or done twice.",
        alerts=frozenset({"ReconExternalOrderAppeared", *(["ReconCheckSlow"] if phase == "venue hanging" else [])}),
        given=(Seed(fills=6, open_orders=1, net=Decimal("0.100")),),
        when=(*story, Stop()),
    )
    for phase, story in _PHASES.items()
)
