"""A resting order trades while the stream is mute: the trade must come in all the same, as the venue's own."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import Fill, Stream, Submit, Wait
from reconciliation.drill.venues import EVERYWHERE

_PARTS = {"full": None, "partial": Decimal("0.004")}

SCENARIOS = tuple(
    Scenario(
        name=f"lost fill [{part}]",
        text="The stream loses a fill; the open check finds it, and it is booked with the venue's trade id.",
        venues=EVERYWHERE,
        alerts=frozenset({"ReconFillsRecovered"}),
        when=(
            Submit(name="resting", quantity=Decimal("0.010"), price=Decimal(50_000)),
            Wait(secs=15),
            Stream(action="mute"),
            Fill(name="resting", quantity=quantity),
            Wait(secs=1),
            Stream(action="unmute"),
        ),
    )
    for part, quantity in _PARTS.items()
)
