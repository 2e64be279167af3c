"""A position turns over from long to short in one trade, and the node is started again."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import AnyOperation, Boot, Fill, Kill, Place, Stop, Stream, Submit, Until, Wait

_LONG = (Submit(name="long", quantity=Decimal("0.010")), Wait(secs=10))
_FLIP = Submit(name="flip", side="SELL", quantity=Decimal("0.030"))
_AGAIN = (Wait(secs=5), Boot(), Until(event="Started"))

_STORIES: dict[str, tuple[AnyOperation, ...]] = {
    "SIGTERM": (*_LONG, _FLIP, Wait(secs=10), Stop(), *_AGAIN),
    "SIGKILL": (*_LONG, _FLIP, Wait(secs=1), Kill(), *_AGAIN),
    "SIGKILL, 2 writes lost": (*_LONG, _FLIP, Wait(secs=1), Kill(lost_writes=2), *_AGAIN),
    "while down": (*_LONG, Stop(), Place(name="web_1", side="SELL", quantity=Decimal("0.030")), *_AGAIN),
    "not told": (
        *_LONG,
        Submit(name="resting", side="SELL", quantity=Decimal("0.030"), price=Decimal(150_000)),
        Wait(secs=15),
        Stream(action="mute"),
        Fill(name="resting"),
        Wait(secs=1),
        Stream(action="unmute"),
        Wait(secs=60),
        Stop(),
        *_AGAIN,
    ),
}

SCENARIOS = tuple(
    Scenario(
        name=f"flip through zero then restart [{how}]",
        text="The trade that closed one position and opened the other is one fill of one order, before and after.",
        alerts=frozenset({"ReconFillsRecovered"} if how == "not told" else ()),
        when=story,
    )
    for how, story in _STORIES.items()
)
