"""Two nodes on one account, each with a trader id of its own: both hold all of the account, each its own orders."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import AnyOperation, Cancel, Fill, Neighbour, Settle, Submit, Wait

_TRADES = (
    Submit(name="mine", quantity=Decimal("0.010"), price=Decimal(50_000)),
    Submit(name="theirs", strategy="DRILL-D03", symbol="ETHUSDT", quantity=Decimal("0.500"), price=Decimal(3_000)),
    Submit(name="their market", strategy="DRILL-D03", quantity=Decimal("0.010")),
    Wait(secs=5),
    Fill(name="mine", quantity=Decimal("0.004")),
    Fill(name="theirs", quantity=Decimal("0.200")),
    Wait(secs=60),
    Cancel(name="theirs"),
)

_STORIES: dict[str, tuple[AnyOperation, ...]] = {
    "both run": (*_TRADES, Settle(within_secs=150)),
    "the other stops": (*_TRADES, Neighbour(runs=False), Wait(secs=30), Fill(name="mine"), Wait(secs=60)),
}

SCENARIOS = tuple(
    Scenario(
        name=f"two nodes on one account [{how}]",
        text="What one trades, the other holds as external; the end of one does not leave the other deaf.",
        alerts=frozenset({"ReconExternalOrderAppeared"}),
        when=(Wait(secs=15), Neighbour(runs=True), Wait(secs=30), *story),
    )
    for how, story in _STORIES.items()
)
