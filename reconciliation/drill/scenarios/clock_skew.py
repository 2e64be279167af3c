"""The venue's clock is ahead of the node's, or behind it so far that the venue refuses what the node signs."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import AnyOperation, Boot, Fill, Place, Skew, Stop, Submit, Wait

_TRADES = (
    Submit(name="bought", quantity=Decimal("0.010")),
    Submit(name="resting", quantity=Decimal("0.010"), price=Decimal(50_000)),
    Place(name="web_1", symbol="ETHUSDT", quantity=Decimal("0.500"), price=Decimal(3_000)),
    Wait(secs=5),
    Fill(name="resting", quantity=Decimal("0.004")),
    Wait(secs=90),
)


def _stories(ms: int) -> dict[str, tuple[AnyOperation, ...]]:
    return {
        "at runtime": (Wait(secs=15), Skew(ms=ms), *_TRADES),
        "at startup": (*_TRADES, Stop(), Skew(ms=ms), Fill(name="resting"), Boot(), Wait(secs=60), *_TRADES[3:]),
    }


SCENARIOS = tuple(
    Scenario(
        name=f"clock skew [{ms / 1_000:+g} s, {when}]",
        text="Whether the venue takes what is sent or refuses it, the node ends up with what the venue holds.",
        alerts=frozenset(
            {
                "ReconExternalOrderAppeared",
                *(["ReconCheckStale", "ReconGateClosed"] if ms < 0 and when == "at runtime" else []),
            }
        ),
        when=story,
    )
    for ms in (2_000, -2_000)
    for when, story in _stories(ms).items()
)
