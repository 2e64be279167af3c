"""The drill that the pictures of the dashboard show: half an hour in which much goes wrong, played in virtual time."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final, NamedTuple

from figures.playing import chosen
from reconciliation.drill.scenario import CLAIMS
from reconciliation.drill.schedule import (
    AnyOperation,
    Boot,
    Fail,
    Fill,
    InterruptCache,
    Mend,
    Place,
    Reach,
    Retell,
    Schedule,
    Seed,
    Stop,
    Stream,
    Submit,
    Wait,
)
from reconciliation.drill.scrapes import Scrapes
from reconciliation.drill.virtual import VirtualRun

PRESET: Final = "standard"
SEED: Final = 1
_MUTE, _UNMUTE = Stream(action="mute"), Stream(action="unmute")
_PART, _EXTERNAL = Decimal("0.004"), Decimal("0.500")


class Moment(NamedTuple):
    """Something that happens.

    Attributes:
        at_secs: since the beginning.
        text: in a few words.
        operations: how it is played.
    """

    at_secs: int
    text: str
    operations: tuple[AnyOperation, ...]


MOMENTS: Final = (
    Moment(
        30,
        "first start, on an account with a history",
        (
            Seed(symbol="BTCUSDT", fills=20, open_orders=3, net=Decimal("0.300")),
            Seed(symbol="ETHUSDT", fills=21, open_orders=2, net=Decimal(3)),
            Boot(),
        ),
    ),
    Moment(
        120,
        "a strategy places two orders, and somebody three by hand",
        (
            Submit(name="resting", quantity=Decimal("0.020"), price=Decimal(50_000)),
            Submit(name="trading", quantity=Decimal("0.020"), price=Decimal(50_500)),
            *(
                Place(name=f"web_{number}", symbol="ETHUSDT", quantity=_EXTERNAL, price=Decimal(3_000))
                for number in "123"
            ),
        ),
    ),
    Moment(
        240,
        "the stream loses a fill; queries of trades fail for 45 s",
        (
            Fail(call="GET /fapi/v1/userTrades", status=500),
            _MUTE,
            Fill(name="resting", quantity=_PART),
            Wait(secs=1),
            _UNMUTE,
            Wait(secs=44),
            Mend(),
        ),
    ),
    Moment(360, "a fill is told three times", (Fill(name="trading", quantity=_PART), Wait(secs=5), Retell(copies=2))),
    Moment(
        450,
        "the answer to an order is lost; queries of orders fail for 90 s",
        (
            Fail(call="POST /fapi/v1/order", drop=True, apply=True, times=1),
            Fail(call="GET /fapi/v1/order", status=503),
            Fail(call="GET /fapi/v1/openOrders", status=503),
            _MUTE,
            Submit(name="unanswered", quantity=Decimal("0.010"), price=Decimal(51_000)),
            Wait(secs=90),
            Mend(),
            _UNMUTE,
        ),
    ),
    Moment(
        630,
        "the venue takes 4 s for each answer, for a minute",
        (Fail(call="*", delay_secs=4), Wait(secs=60), Mend()),
    ),
    Moment(750, "the cache's database is away for 75 s", (InterruptCache(secs=75), Wait(secs=75))),
    Moment(
        900,
        "somebody trades by hand; the venue tells of no trades for 30 s",
        (
            Fail(call="GET /fapi/v1/userTrades", body=[]),
            _MUTE,
            Place(name="web_4", symbol="ETHUSDT", quantity=_EXTERNAL),
            Wait(secs=1),
            _UNMUTE,
            Wait(secs=29),
            Mend(),
        ),
    ),
    Moment(
        1_000,
        "the venue's list of positions is empty by mistake, for 100 s",
        (Fail(call="GET /fapi/v3/positionRisk", body=[]), Wait(secs=100), Mend()),
    ),
    Moment(
        1_180,
        "the venue cannot be reached for 90 s; an order is sent, another trades",
        (
            Reach(reachable=False),
            Wait(secs=5),
            Submit(name="sent", quantity=Decimal("0.010"), price=Decimal(52_000)),
            Fill(name="resting", quantity=_PART),
            Wait(secs=85),
            Reach(reachable=True),
        ),
    ),
    Moment(
        1_380,
        "the node is stopped for a minute; meanwhile an order trades",
        (Stop(), Fill(name="resting"), Wait(secs=50), Boot()),
    ),
    Moment(1_680, "the end", ()),
)
"""In their order; the last is the end."""


def scrapes() -> Scrapes:
    """Play it and return what was scraped."""
    found = Scrapes()
    schedule = Schedule(name="monitoring", seed=SEED, claims=CLAIMS, operations=tuple(_operations()))
    VirtualRun(chosen(PRESET, guarded=True).load(), schedule, scrapes=found).play()
    return found


def _operations() -> Iterator[AnyOperation]:
    passed = 0.0
    for moment in MOMENTS:
        yield Wait(secs=moment.at_secs - passed)
        yield from moment.operations
        passed = moment.at_secs + sum(each.secs for each in moment.operations if isinstance(each, Wait))
