"""An order trades while the node is down: the trades must come in at the next start, as the venue's own."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import AnyOperation, Boot, Fill, Stop, Submit, Until, Wait
from reconciliation.drill.venues import EVERYWHERE

_LOT = Decimal("0.002")
_MOST = 5


def _trades(count: int, part: str) -> tuple[AnyOperation, ...]:
    last = Fill(name="resting", quantity=_LOT if part == "partial" else None)
    return (*[Fill(name="resting", quantity=_LOT)] * (count - 1), last)


SCENARIOS = tuple(
    Scenario(
        name=f"missed fills while down [{count}, {part}]",
        text="The node is stopped, its order trades, and the next start books each trade once, with the venue's id.",
        venues=EVERYWHERE,
        when=(
            Submit(name="resting", quantity=Decimal("0.020"), price=Decimal(50_000)),
            Wait(secs=5),
            Stop(),
            *_trades(count, part),
            Wait(secs=5),
            Boot(),
            Until(event="Started"),
        ),
    )
    for part in ("partial", "full")
    for count in range(1, _MOST + 1)
)
