"""The key of the user stream expires: the node listens again, and what happened meanwhile comes in."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import AnyOperation, Fill, Place, Stream, Submit, Wait

_TRADE = Fill(name="resting", quantity=Decimal("0.001"))

_STORIES: dict[str, tuple[AnyOperation, ...]] = {
    "told": (Stream(action="expire"),),
    "not told": (Stream(action="freeze"), Stream(action="expire")),
}

SCENARIOS = tuple(
    Scenario(
        name=f"listen key expired [{how}]",
        text="Trades and an order by hand come at once, and long after.",
        alerts=frozenset({"ReconExternalOrderAppeared", "ReconFillsRecovered"}),
        when=(
            Submit(name="resting", quantity=Decimal("0.020"), price=Decimal(50_000)),
            Wait(secs=15),
            *expiry,
            _TRADE,
            Wait(secs=60),
            _TRADE,
            Place(name="web_1", symbol="ETHUSDT", quantity=Decimal("0.500"), price=Decimal(3_000)),
            Wait(secs=2_000),
            _TRADE,
        ),
    )
    for how, expiry in _STORIES.items()
)
