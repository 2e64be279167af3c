"""Another node has taken the lease: this one ends at once, sends and books nothing more, and starts when it is free."""

from decimal import Decimal

from reconciliation.drill.checks import Asked
from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import Cancel, Fill, Submit, TakeOver, Until, Wait

SCENARIOS = (
    Scenario(
        name="second writer",
        text="A node whose lease was taken ends at once; its orders trade on, and it starts once the lease is free.",
        settings={"node.lease": True},
        when=(
            Submit(name="bought", quantity=Decimal("0.020")),
            Submit(name="rests", quantity=Decimal("0.020"), price=Decimal(50_000)),
            Wait(secs=15),
            TakeOver(secs=20),
            Until(event="LeaseLost"),
            Cancel(name="rests"),
            Submit(name="never sent", quantity=Decimal("0.010")),
            Fill(name="rests", quantity=Decimal("0.005")),
            Wait(secs=1),
            Asked(call="POST /fapi/v1/order", since="LeaseLost", least=0, most=0),
            Asked(call="DELETE /fapi/v1/order", since="LeaseLost", least=0, most=0),
            Until(event="Started"),
            Fill(name="rests"),
            Wait(secs=15),
        ),
    ),
)
