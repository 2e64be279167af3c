"""The answer to a submission is lost, and the stream tells nothing: the in-flight check must find out."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import Fail, Stream, Submit, Until, Wait
from reconciliation.drill.venues import EVERYWHERE

_CALL = "POST /fapi/v1/order"
_ORDERS = {
    "accepted": Submit(name="order", quantity=Decimal("0.010"), price=Decimal(50_000)),
    "filled": Submit(name="order", quantity=Decimal("0.010")),
    # There is no position that it could reduce: the venue refuses it, and has no such order.
    "rejected": Submit(name="order", quantity=Decimal("0.010"), reduce_only=True),
}

SCENARIOS = tuple(
    Scenario(
        name=f"lost ack [{fate}]",
        text="The order that was sent becomes what the venue made of it, a fill with the venue's own trade.",
        venues=EVERYWHERE,
        alerts=frozenset({"ReconFillsRecovered"} if fate == "filled" else ()),
        when=(
            Wait(secs=15),
            Stream(action="mute"),
            Fail(call=_CALL, drop=True, apply=True, times=1),
            submit,
            Until(asked=_CALL),
            Wait(secs=1),
            Stream(action="unmute"),
        ),
    )
    for fate, submit in _ORDERS.items()
)
