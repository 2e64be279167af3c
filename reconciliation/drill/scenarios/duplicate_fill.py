"""The stream tells of a fill more than once: it is booked once."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import AnyOperation, Boot, Fill, Kill, Repeat, Retell, Stop, Submit, Until, Wait

_TRADE = Fill(name="resting", quantity=Decimal("0.004"))


def _told(copies: int) -> dict[str, tuple[AnyOperation, ...]]:
    again = (Wait(secs=5), Boot(), Until(event="Started"), Wait(secs=2), Retell(copies=copies - 1))
    return {
        "at once": (Repeat(copies=copies), _TRADE, Wait(secs=1), Repeat(copies=1)),
        "minutes later": (_TRADE, Wait(secs=180), Retell(copies=copies - 1)),
        "across a restart": (_TRADE, Wait(secs=2), Stop(), *again),
        "across a SIGKILL": (_TRADE, Wait(secs=2), Kill(lost_writes=2), *again),
    }


SCENARIOS = tuple(
    Scenario(
        name=f"duplicate fill message [{copies}, {when}]",
        text="One trade, told several times in one life or across a restart, is one fill.",
        alerts=frozenset({"ReconFillDuplicate"}),
        when=(
            Submit(name="resting", quantity=Decimal("0.010"), price=Decimal(50_000)),
            Wait(secs=5),
            *told,
            Wait(secs=5),
        ),
    )
    for copies in (2, 3, 4, 5)
    for when, told in _told(copies).items()
)
