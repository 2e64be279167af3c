"""One query of reports fails, in one of the ways there are: what it would have told is not taken for absent."""

from decimal import Decimal
from typing import Any

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import (
    AnyOperation,
    Boot,
    Fail,
    Fill,
    Mend,
    Place,
    Seed,
    Stop,
    Stream,
    Submit,
    Wait,
)
from reconciliation.drill.venues import AT_BINANCE, EVERYWHERE

_BUSY = {"code": -1003, "msg": "Too many requests."}
_FAILURES: dict[str, dict[str, Any]] = {
    "500": {"status": 500},
    "429": {"status": 429, "body": _BUSY},
    "418": {"status": 418, "body": _BUSY},
    "hung": {"delay_secs": 3_600.0},
    "malformed": {"body": "<html>busy</html>"},
    "truncated": {"body": '[{"symbol": "BTCUSDT", "orderId": 80000'},
}
_BUSY_ALONE = {"429", "418"}
"""What another venue answers otherwise where it is asked too much."""
_CALLS = {
    "open orders": "GET /fapi/v1/openOrders",
    "all orders": "GET /fapi/v1/allOrders",
    "trades": "GET /fapi/v1/userTrades",
    "positions": "GET /fapi/v3/positionRisk",
    "order": "GET /fapi/v1/order",
}
_GIVEN = (Seed(fills=6, open_orders=2, net=Decimal("0.100")),)
_ORDERS = (
    Submit(name="trades", quantity=Decimal("0.010"), price=Decimal(50_000)),
    Submit(name="stays", quantity=Decimal("0.010"), price=Decimal(51_000)),
    Wait(secs=15),
)
_CHANGES = (
    Fill(name="trades", quantity=Decimal("0.004")),
    Place(name="web_1", symbol="ETHUSDT", quantity=Decimal("0.500"), price=Decimal(3_000)),
)


def _at_startup(fault: Fail) -> tuple[AnyOperation, ...]:
    return (*_ORDERS, Stop(), *_CHANGES, fault, Boot(), Wait(secs=45), Mend())


def _at_runtime(fault: Fail) -> tuple[AnyOperation, ...]:
    lost = Fail(call="POST /fapi/v1/order", drop=True, apply=True, times=1)
    sent = Submit(name="sent", quantity=Decimal("0.010"), price=Decimal(53_000))
    muted = (Stream(action="mute"), *_CHANGES, lost, sent, Wait(secs=1), Stream(action="unmute"))
    return (*_ORDERS, fault, *muted, Wait(secs=90), Mend())


def _alerts(failure: str, what: str, when: str) -> frozenset[str]:
    """Return which alerts must fire; nothing was lost but at runtime, and a check is late only where it asks for it."""
    external = {"ReconExternalOrderAppeared"}
    if when == "startup":
        return frozenset(external)
    stale = {"ReconCheckStale", "ReconGateClosed"} if what in {"open orders", "all orders", "positions"} else set()
    slow = {"ReconCheckSlow"} if failure == "hung" and what != "order" else set()
    return frozenset(external | {"ReconFillsRecovered"} | stale | slow)


SCENARIOS = tuple(
    Scenario(
        name=f"report query {failure} [{what}, at {when}]",
        text="While one kind of query fails, nothing is invented or called dead; afterwards all is as at the venue.",
        venues=AT_BINANCE if failure in _BUSY_ALONE else EVERYWHERE,
        alerts=_alerts(failure, what, when),
        given=_GIVEN,
        when=story(Fail(call=call, **values)),
    )
    for when, story in (("startup", _at_startup), ("runtime", _at_runtime))
    for failure, values in _FAILURES.items()
    for what, call in _CALLS.items()
    if (what, when) != ("order", "startup")  # no start asks for it
)
