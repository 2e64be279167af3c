"""Scenarios of a user's own: one that is quiet, one in which a fill is lost and nobody looks, and one that says so."""

from decimal import Decimal

from reconciliation.drill.anomalies import Kind
from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import Boot, Fill, Heal, Settle, Stream, Submit, Until, Wait

BEGIN = (Boot(), Until(event="Started"))
RESTING = Submit(name="resting", quantity=Decimal("0.010"), price=Decimal(50_000))
LOST = (RESTING, Wait(secs=1), Stream(action="mute"), Fill(name="resting"), Wait(secs=1))
END = (Heal(), Settle(within_secs=5))
UNREPAIRED = {"reconciliation.enabled": False}
KINDS = (
    Kind.WRONG_STATUS,
    Kind.WRONG_QUANTITY,
    Kind.WRONG_PRICE,
    Kind.MISSING_FILL,
    Kind.PHANTOM_POSITION,
    Kind.NOT_CONVERGED,
)
"""What is wrong where a fill is lost and nobody looks."""
REASON = "reconciliation is off"

SCENARIOS = (
    Scenario(name="quiet", text="Nothing happens.", when=(RESTING,), then=END),
    Scenario(name="unseen [full]", text="Nobody looks for a lost fill.", when=LOST, then=END, settings=UNREPAIRED),
    Scenario(
        name="unseen [told]",
        text="Nobody looks for a lost fill, and the scenario says so.",
        when=LOST,
        then=END,
        settings=UNREPAIRED,
        known=dict.fromkeys(KINDS, REASON),
    ),
    Scenario(name="by wire", text="It needs sockets.", carriers=frozenset({"wire"})),
)
