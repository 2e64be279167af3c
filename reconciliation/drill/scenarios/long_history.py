"""More orders and trades than the venue tells in one answer: what lies beyond the first page is not lost."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import Boot, Fill, Seed, Stop, Submit, Until, Wait

SCENARIOS = (
    Scenario(
        name="history longer than a page [cold start]",
        text="A first start on an account with 1,101 orders of one symbol, which an answer cuts in mid-trade.",
        alerts=frozenset({"ReconExternalOrderAppeared"}),
        given=(Seed(fills=1_101, open_orders=2, net=Decimal("0.500")),),
    ),
    Scenario(
        name="history longer than a page [while down]",
        text="An order trades while the node is down, and 1,100 others after it; its trade is booked all the same.",
        when=(
            Submit(name="trades", quantity=Decimal("0.010"), price=Decimal(50_000)),
            Wait(secs=15),
            Stop(),
            Fill(name="trades", quantity=Decimal("0.004")),
            Wait(secs=5),
            Fill(name="trades"),
            Wait(secs=120),
            Seed(fills=1_100, net=Decimal("0.500")),
            Boot(),
            Until(event="Started"),
        ),
    ),
)
