"""The database behind the cache is away, slow, or comes back empty: the node is right, and so is its next life."""

from decimal import Decimal

from reconciliation.drill.scenario import Scenario
from reconciliation.drill.schedule import (
    AnyOperation,
    Boot,
    Fill,
    InterruptCache,
    Kill,
    LoseCache,
    SlowCache,
    Stop,
    Submit,
    Until,
    Wait,
)

_BEFORE = (Submit(name="resting", quantity=Decimal("0.020"), price=Decimal(50_000)), Wait(secs=15))
_TRADES = (
    Fill(name="resting", quantity=Decimal("0.004")),
    Submit(name="bought", quantity=Decimal("0.010")),
    Wait(secs=1),
    Fill(name="resting", quantity=Decimal("0.004")),
    Wait(secs=1),
)
_AGAIN = (Wait(secs=5), Boot(), Until(event="Started"))

_STORIES: dict[str, tuple[AnyOperation, ...]] = {
    "Redis killed [2 s]": (InterruptCache(secs=2), *_TRADES, Wait(secs=10), Stop(), *_AGAIN),
    "Redis killed [20 s]": (InterruptCache(secs=20), *_TRADES, Wait(secs=30), Stop(), *_AGAIN),
    "Redis killed [20 s, with the node]": (InterruptCache(secs=20), *_TRADES, Kill(), *_AGAIN),
    "Redis restarted empty [while running]": (LoseCache(), *_TRADES, Wait(secs=10), Stop(), *_AGAIN),
    "Redis restarted empty [while down]": (*_TRADES, Stop(), LoseCache(), *_AGAIN),
    "Redis slow [1 s]": (SlowCache(secs=1), *_TRADES, Wait(secs=10), Stop(), *_AGAIN),
    "Redis slow [5 s, SIGKILL]": (SlowCache(secs=5), *_TRADES, Kill(), *_AGAIN),
}

_ALERTS = {
    "Redis killed [2 s]": {"ReconCacheLost"},
    "Redis killed [20 s]": {"ReconCacheLost", "ReconCacheUnreachable"},
    "Redis restarted empty [while running]": {"ReconCacheLost"},
    "Redis restarted empty [while down]": {"ReconExternalOrderAppeared"},
}
"""A node that finds an empty database takes its own orders for those of a stranger; one that runs fills it again."""

SCENARIOS = tuple(
    Scenario(
        name=name,
        text="An order trades while the database has its trouble; then the node is started again.",
        alerts=frozenset(_ALERTS.get(name, ())),
        when=(*_BEFORE, *story),
    )
    for name, story in _STORIES.items()
)
