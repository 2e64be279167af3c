"""How far back a start and a position check look, told by what a node in virtual time books and asks for."""

from decimal import Decimal
from typing import Final

import pytest
from arena import all_but
from virtual import ALL_WELL, STARTED, kinds, run_of

from reconciliation.drill.anomalies import Kind
from reconciliation.drill.schedule import AnyOperation, Fail, Fill, Kill, Place, Seed, Stream, Submit, Wait

pytestmark = pytest.mark.filterwarnings("ignore:Discarding nonzero nanoseconds")

TRADES: Final = "GET /fapi/v1/userTrades"
HOUR_SECS: Final = 3_600
LOOKBACK: Final = {"reconciliation.lookback_mins": 60}
MADE_UP: Final = {Kind.INVENTED_FILL, Kind.INVENTED_ORDER}
HELD: Final = (*STARTED, Submit(name="own", quantity=Decimal("0.010")), Wait(secs=15))
UNHEARD: Final = (Place(name="web", quantity=Decimal("0.050")), Wait(secs=1.5 * HOUR_SECS))
DOWN: Final[tuple[AnyOperation, ...]] = (*HELD, Kill(), *UNHEARD, *STARTED, *ALL_WELL)
CUT_OFF: Final[tuple[AnyOperation, ...]] = (
    *HELD,
    Stream(action="mute"),
    Fail(call="*", status=503),
    *UNHEARD,
    *ALL_WELL,
)


@pytest.mark.parametrize("story", [DOWN, CUT_OFF])
def test_a_trade_of_a_time_without_the_venue_is_its_own_however_long_that_lasted(
    story: tuple[AnyOperation, ...],
) -> None:
    assert not kinds(run_of(*story, overrides=LOOKBACK).play())
    assert kinds(run_of(*story, overrides=LOOKBACK, guards=all_but("whole_history")).play()) >= MADE_UP


def test_a_first_start_looks_back_as_far_as_it_is_told_to() -> None:
    run = run_of(Seed(fills=6, net=Decimal("0.100"), age_mins=180), *STARTED, overrides=LOOKBACK)
    run.play()
    first = run.control.requests(TRADES)[0]
    asked_mins = first.time / 60 - int(first.params["startTime"]) / 60_000
    assert asked_mins == pytest.approx(60, abs=1)


@pytest.mark.parametrize("orders", [1, 8])
def test_trades_older_than_the_venue_tells_unasked_are_asked_for_once(orders: int) -> None:
    old = [
        each
        for number in range(orders)
        for each in (
            Place(name=f"web_{number}", quantity=Decimal("0.010"), price=Decimal(50_000)),
            Fill(name=f"web_{number}", quantity=Decimal("0.004")),
        )
    ]
    nine_days = Wait(secs=9 * 24 * HOUR_SECS)
    run = run_of(*old, nine_days, *STARTED, *ALL_WELL, overrides=LOOKBACK)
    assert not kinds(run.play())
    since_then = [
        call
        for call in run.control.requests(TRADES)
        if call.time - int(call.params.get("startTime", 2**60)) / 1e3 > 8 * 86_400
    ]
    assert len(since_then) == 1
    without = run_of(*old, nine_days, *STARTED, *ALL_WELL, overrides=LOOKBACK, guards=all_but("history"))
    assert kinds(without.play()) >= {Kind.INVENTED_FILL, Kind.MISSING_FILL}
