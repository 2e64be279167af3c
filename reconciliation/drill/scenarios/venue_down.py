"""The venue is away for a while, in one of the ways in which venues are: nothing is concluded from its silence."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import AnyOperation, Cancel, Fail, Fill, Mend, Place, Reach, Stream, Submit, Wait
from reconciliation.drill.venues import EVERYWHERE

_HOUR = 3_600.0
_MUTE, _UNMUTE = Stream(action="mute"), Stream(action="unmute")

_WAYS: dict[str, tuple[tuple[AnyOperation, ...], tuple[AnyOperation, ...]]] = {
    "refusing": ((Reach(reachable=False),), (Reach(reachable=True),)),
    "503": ((Fail(call="*", status=503), _MUTE), (Mend(), _UNMUTE)),
    "hanging": ((Fail(call="*", delay_secs=_HOUR), _MUTE), (Mend(), _UNMUTE)),
    "slow": ((Fail(call="*", delay_secs=4), _MUTE), (Mend(), _UNMUTE)),
}
"""How it goes away, and how it comes back."""


def _alerts(secs: int, way: str) -> frozenset[str]:
    """Return which alerts must fire; a venue that is only slow still answers."""
    found = {"ReconExternalOrderAppeared", "ReconFillsRecovered"}
    if way in {"hanging", "slow"}:
        found |= {"ReconCheckSlow"}
    if way != "slow" and secs >= 120:  # noqa: PLR2004 - later than a check may be
        found |= {"ReconCheckStale", "ReconGateClosed"}
    if way != "slow" and secs >= 600:  # noqa: PLR2004
        found |= {"ReconNotReconciled", "ReconOrdersStuckInFlight", "ReconCheckFailing"}
    return frozenset(found)


SCENARIOS = tuple(
    Scenario(
        name=f"venue down [{secs} s, {way}]",
        text="Meanwhile orders trade, are sent, cancelled and placed by hand; all of it is as at the venue afterwards.",
        venues=EVERYWHERE,
        alerts=_alerts(secs, way),
        when=(
            Submit(name="trades", quantity=Decimal("0.010"), price=Decimal(50_000)),
            Submit(name="stays", quantity=Decimal("0.010"), price=Decimal(51_000)),
            Submit(name="ends", quantity=Decimal("0.010"), price=Decimal(52_000)),
            Wait(secs=20),
            *begin,
            Fill(name="trades", quantity=Decimal("0.004")),
            Wait(secs=1),
            Submit(name="sent", quantity=Decimal("0.010"), price=Decimal(53_000)),
            Cancel(name="ends"),
            Wait(secs=secs / 2),
            Fill(name="trades"),
            Place(name="web_1", symbol="ETHUSDT", quantity=Decimal("0.500"), price=Decimal(3_000)),
            Wait(secs=secs / 2 - 1),
            *end,
        ),
    )
    for secs in (30, 60, 120, 600)
    for way, (begin, end) in _WAYS.items()
)
