"""The answer to a cancel is lost, and the stream tells nothing: the order must not stay pending."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import AnyOperation, Cancel, Fail, Fill, Stream, Submit, Until, Wait
from reconciliation.drill.venues import EVERYWHERE

_CALL = "DELETE /fapi/v1/order"
_FATES: dict[str, tuple[bool, tuple[AnyOperation, ...]]] = {
    "canceled": (True, ()),
    "still open": (False, ()),
    "filled before": (False, (Fill(name="order"),)),
    "partly filled before": (True, (Fill(name="order", quantity=Decimal("0.004")),)),
}

SCENARIOS = tuple(
    Scenario(
        name=f"lost cancel ack [{fate}]",
        text="The order that was to be cancelled becomes what the venue made of it.",
        venues=EVERYWHERE,
        alerts=frozenset({"ReconFillsRecovered"} if "filled" in fate else ()),
        when=(
            Submit(name="order", quantity=Decimal("0.010"), price=Decimal(50_000)),
            Wait(secs=15),
            Stream(action="mute"),
            Fail(call=_CALL, drop=True, apply=takes_effect, times=1),
            *meanwhile,
            Cancel(name="order"),
            Until(asked=_CALL),
            Wait(secs=1),
            Stream(action="unmute"),
        ),
    )
    for fate, (takes_effect, meanwhile) in _FATES.items()
)
