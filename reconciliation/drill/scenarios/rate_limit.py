"""The venue's request limit is reached: every call is refused for a while, then the address is banned."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import AnyOperation, Boot, Cancel, Fail, Fill, Mend, Stop, Stream, Submit, Wait

_BUSY = {"code": -1003, "msg": "Way too many requests; IP(127.0.0.1) banned until 1800000000000."}
_LIMIT = (Fail(call="*", status=429, body=_BUSY), Wait(secs=30))
_BAN = (Mend(), Fail(call="*", status=418, body=_BUSY), Wait(secs=120), Mend())
_CHANGES = (
    Stream(action="mute"),
    Fill(name="trades", quantity=Decimal("0.004")),
    Wait(secs=1),
    Stream(action="unmute"),
    Submit(name="refused", quantity=Decimal("0.010"), price=Decimal(53_000)),
    Cancel(name="stays"),
    Wait(secs=10),
)

_STORIES: dict[str, tuple[AnyOperation, ...]] = {
    "at runtime": (_LIMIT[0], *_CHANGES, _LIMIT[1], *_BAN),
    "at startup": (Stop(), Fill(name="trades", quantity=Decimal("0.004")), _LIMIT[0], Boot(), _LIMIT[1], *_BAN),
}

SCENARIOS = tuple(
    Scenario(
        name=f"rate limit reached [{when}]",
        text="A refused cancel leaves its order open, a refused order is none, and what was not asked is not absent.",
        alerts=frozenset({"ReconCheckStale", "ReconGateClosed", "ReconFillsRecovered"} if when == "at runtime" else ()),
        when=(
            Submit(name="trades", quantity=Decimal("0.010"), price=Decimal(50_000)),
            Submit(name="stays", quantity=Decimal("0.010"), price=Decimal(51_000)),
            Wait(secs=15),
            *story,
        ),
    )
    for when, story in _STORIES.items()
)
