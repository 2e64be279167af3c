"""The user stream breaks, once or again and again, or seems open and is dead: nothing told meanwhile is lost."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import AnyOperation, Fill, Place, Stream, Submit, Wait
from reconciliation.drill.venues import EVERYWHERE

_TRADE = Fill(name="resting", quantity=Decimal("0.001"))
_BY_HAND = Place(name="web_1", symbol="ETHUSDT", quantity=Decimal("0.500"))
_FLAPS = {(3, 1), (10, 2), (5, 20)}


def _flapping(times: int, secs: float) -> tuple[AnyOperation, ...]:
    return (
        *[operation for _ in range(times) for operation in (Stream(action="drop"), _TRADE, Wait(secs=secs))],
        _BY_HAND,
    )


_STORIES: dict[str, tuple[AnyOperation, ...]] = {
    "stream reset": (Stream(action="drop"), _TRADE, _BY_HAND, Wait(secs=30), _TRADE),
    "stream half-open": (Stream(action="freeze"), _TRADE, _BY_HAND, Wait(secs=120), _TRADE, Wait(secs=60)),
    **{f"stream flapping [{times}, {secs} s]": _flapping(times, secs) for times, secs in sorted(_FLAPS)},
}

SCENARIOS = tuple(
    Scenario(
        name=name,
        text="Trades and an order by hand fall into the time in which the stream tells nothing.",
        venues=EVERYWHERE,
        alerts=frozenset({"ReconExternalOrderAppeared", "ReconFillsRecovered"}),
        when=(Submit(name="resting", quantity=Decimal("0.020"), price=Decimal(50_000)), Wait(secs=15), *story),
    )
    for name, story in _STORIES.items()
)
