"""The node's picture is in doubt: what opens or increases a position is not sent, and what reduces one is."""

from decimal import Decimal

from reconciliation.drill.checks import Asked
from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import AnyOperation, Cancel, Fail, InterruptCache, Mend, Submit, Until, Wait

_SUBMIT = "POST /fapi/v1/order"
_CANCEL = "DELETE /fapi/v1/order"
_CHECKS = ("GET /fapi/v1/openOrders", "GET /fapi/v1/allOrders", "GET /fapi/v3/positionRisk")

_LONG = (
    Submit(name="bought", quantity=Decimal("0.020")),
    Submit(name="rests", quantity=Decimal("0.010"), price=Decimal(50_000)),
    Wait(secs=15),
)
_CLOSED = (
    Until(event="GateClosed"),
    Submit(name="opens", symbol="ETHUSDT", quantity=Decimal("0.100")),
    Submit(name="increases", quantity=Decimal("0.001")),
    Submit(name="turns", side="SELL", quantity=Decimal("0.021")),
    Wait(secs=1),
    Asked(call=_SUBMIT, since="GateClosed", least=0, most=0),
    Cancel(name="rests"),
    Submit(name="reduces", side="SELL", quantity=Decimal("0.005")),
    Wait(secs=1),
    Submit(name="reduces only", side="SELL", quantity=Decimal("0.005"), reduce_only=True),
    Wait(secs=1),
    Asked(call=_SUBMIT, since="GateClosed", least=2, most=2),
    Asked(call=_CANCEL, since="GateClosed", least=1, most=1),
)
_OPEN_AGAIN = (
    Until(event="GateOpened"),
    Submit(name="opens again", symbol="ETHUSDT", quantity=Decimal("0.100")),
    Wait(secs=1),
    Asked(call=_SUBMIT, since="GateOpened", least=1, most=1),
)
_STORIES: dict[str, tuple[AnyOperation, ...]] = {
    "gate [Redis away]": (InterruptCache(secs=20), *_CLOSED, *_OPEN_AGAIN),
    "gate [checks fail]": (
        *(Fail(call=call, status=500) for call in _CHECKS),
        *_CLOSED,
        Mend(),
        *_OPEN_AGAIN,
    ),
}
_ALERTS = {
    "gate [Redis away]": {"ReconCacheLost", "ReconCacheUnreachable"},
    "gate [checks fail]": set(),
}

SCENARIOS = tuple(
    Scenario(
        name=name,
        text="While the gate is closed cancels and orders that reduce reach the venue, and no other.",
        alerts=frozenset(_ALERTS[name]),
        when=(*_LONG, *story),
    )
    for name, story in _STORIES.items()
)
