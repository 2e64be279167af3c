"""The stream tells of a fill before anything told of the order: neither is lost, and neither is booked twice."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import AnyOperation, Fail, Fill, Place, Stream, Submit, Until, Wait

_CALL = "POST /fapi/v1/order"
_TRADE = Fill(name="order", quantity=Decimal("0.004"))
_QUANTITY, _PRICE = Decimal("0.010"), Decimal(50_000)

_STORIES: dict[str, tuple[AnyOperation, ...]] = {
    "own, before the answer": (
        Stream(action="mute"),
        Fail(call=_CALL, delay_secs=8, apply=True, times=1),
        Submit(name="order", quantity=_QUANTITY, price=_PRICE),
        Until(asked=_CALL),
        Wait(secs=1),
        Stream(action="unmute"),
        _TRADE,
    ),
    "own, at once": (
        Fail(call=_CALL, delay_secs=8, apply=True, times=1),
        Submit(name="order", quantity=_QUANTITY),
    ),
    "by hand": (
        Place(name="order", symbol="ETHUSDT", quantity=Decimal("0.500"), price=Decimal(3_000), silent=True),
        Fill(name="order", quantity=Decimal("0.200")),
    ),
    "by hand, claimed": (Place(name="order", quantity=_QUANTITY, price=_PRICE, silent=True), _TRADE),
}

SCENARIOS = tuple(
    Scenario(
        name=f"fill before its order report [{whose}]",
        text="The first that the node hears of an order is its trade.",
        alerts=frozenset({"ReconExternalOrderAppeared", "ReconFillsRecovered"} if "by hand" in whose else ()),
        when=(Wait(secs=15), *story, Wait(secs=10)),
    )
    for whose, story in _STORIES.items()
)
