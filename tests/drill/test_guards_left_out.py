"""Negative controls: each guard left out is caught by the name of what goes wrong; all guards together are right."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import pytest
from virtual import ALL_WELL, STARTED, kinds, run_of

from reconciliation.drill.anomalies import Kind
from reconciliation.drill.scenario import shipped_scenarios
from reconciliation.drill.schedule import (
    AnyOperation,
    Boot,
    Fail,
    Fill,
    Heal,
    Kill,
    Mend,
    Place,
    Seed,
    Settle,
    Stop,
    Stream,
    Submit,
    Wait,
)
from reconciliation.settings.guards import GUARDS

pytestmark = pytest.mark.filterwarnings("ignore:Discarding nonzero nanoseconds")

OPEN_ORDERS = "GET /fapi/v1/openOrders"
ALL_ORDERS = "GET /fapi/v1/allOrders"
ORDER = "GET /fapi/v1/order"
POSITIONS = "GET /fapi/v3/positionRisk"
SUBMIT = "POST /fapi/v1/order"
TRADES = "GET /fapi/v1/userTrades"
NO_SUCH_ORDER: Final = {"code": -2013, "msg": "Order does not exist."}
DAY_MINS = 1_440
LOT = Decimal("0.010")
MUTE, UNMUTE = Stream(action="mute"), Stream(action="unmute")
RESTING = Submit(name="order", quantity=LOT, price=Decimal(50_000))
RESTS: Final = (*STARTED, RESTING, Wait(secs=15))
LOST_FILL: Final = (MUTE, Fill(name="order"), Wait(secs=1), UNMUTE)
UNLISTED: Final = (Fail(call=OPEN_ORDERS, body=[]), Fail(call=ALL_ORDERS, body=[]))
HOLDS: Final = (Seed(fills=4, net=Decimal("0.100")), *STARTED, Wait(secs=15))


@dataclass(frozen=True, kw_only=True)
class Story:
    """What goes wrong without a guard.

    Attributes:
        operations: all of it; every story ends with everything well.
        wrong: what is named, beside what else there may be.
        overrides: settings by their keys.
        beside: guards left out in both runs, because they stand in for this one.
        seed: what delays are drawn from.
    """

    operations: tuple[AnyOperation, ...]
    wrong: set[Kind]
    overrides: Mapping[str, Any] = field(default_factory=dict)
    beside: frozenset[str] = frozenset()
    seed: int = 1


REVIVED: Final = frozenset({"venue_trades"})
"""It takes a rejection back that the venue does not confirm; what was told a strategy meanwhile no ledger shows."""

MADE_UP: Final = {Kind.INVENTED_FILL, Kind.INVENTED_ORDER}

STORIES: Final[dict[str, Story]] = {
    # The lists fail, and a part of the venue that lags behind does not know the order yet.
    "bulk_queries": Story(
        operations=(
            *RESTS,
            Fail(call=OPEN_ORDERS, status=500),
            Fail(call=ALL_ORDERS, status=500),
            Fail(call=ORDER, status=400, body=NO_SUCH_ORDER),
            Wait(secs=90),
            *ALL_WELL,
        ),
        wrong={Kind.WRONG_STATUS},
        beside=REVIVED,
    ),
    "answered_absence": Story(
        operations=(*RESTS, *UNLISTED, Fail(call=ORDER, status=503), Wait(secs=90), *ALL_WELL),
        wrong={Kind.WRONG_STATUS},
        beside=REVIVED,
    ),
    # The venue denies an order that it has, for less than the in-flight check allows.
    "own_counters": Story(
        operations=(
            *STARTED,
            Wait(secs=15),
            MUTE,
            Fail(call=SUBMIT, apply=True, drop=True, times=1),
            *UNLISTED,
            Fail(call=ORDER, status=400, body=NO_SUCH_ORDER),
            RESTING,
            Wait(secs=26),
            *ALL_WELL,
        ),
        wrong={Kind.WRONG_STATUS},
        overrides={"reconciliation.open_check_missing_retries": 20},
        beside=REVIVED,
    ),
    "confirmed_positions": Story(
        operations=(*HOLDS, Fail(call=POSITIONS, body=[]), Wait(secs=60), *ALL_WELL),
        wrong=MADE_UP | {Kind.PHANTOM_POSITION},
        overrides={"node.tolerated_outage_secs": 120.0},
        beside=frozenset({"account_positions"}),
    ),
    "patient_positions": Story(
        operations=(
            *STARTED,
            Wait(secs=15),
            Fail(call=TRADES, status=500),
            Place(name="web", symbol="ETHUSDT", quantity=Decimal("0.500"), silent=True),
            Wait(secs=240),
            *ALL_WELL,
        ),
        wrong={Kind.MISSING_ORDER, Kind.MISSING_FILL, Kind.PHANTOM_POSITION},
        overrides={"reconciliation.open_check_open_only": True},
    ),
    # A position is asked for and answered two seconds later; meanwhile an order has been sent and traded.
    "steady_positions": Story(
        operations=(
            Boot(),
            Wait(secs=1),
            Submit(name="first", strategy="DRILL-D02", symbol="SOLUSDT", side="SELL", quantity=Decimal(15)),
            Fail(call="*", delay_secs=2.1),
            Wait(secs=42),
            Place(name="web", symbol="SOLUSDT", side="SELL", quantity=Decimal(25), price=Decimal("216.40")),
            Wait(secs=8),
            Fill(name="web", quantity=Decimal("2.5"), silent=True),
            Wait(secs=3),
            Submit(name="second", strategy="DRILL-D02", symbol="SOLUSDT", side="SELL", quantity=Decimal(25)),
            Wait(secs=51),
            Mend(),
            *ALL_WELL,
        ),
        wrong=MADE_UP,
        seed=18,
    ),
    "time_limits": Story(
        operations=(*RESTS, Fail(call=OPEN_ORDERS, delay_secs=3_600), Wait(secs=30), Mend(), *LOST_FILL, *ALL_WELL),
        wrong={Kind.WRONG_STATUS, Kind.MISSING_FILL, Kind.NOT_CONVERGED},
        overrides={"node.on_stuck": "report"},
    ),
    "venue_trades": Story(
        operations=(*RESTS, *LOST_FILL, *ALL_WELL),
        wrong={Kind.INVENTED_FILL, Kind.MISSING_FILL},
    ),
    # The position has turned over, and an order of before trades while the node is down.
    "whole_history": Story(
        operations=(
            *STARTED,
            Submit(name="sold", side="SELL", quantity=Decimal("0.050"), price=Decimal(117_000)),
            Submit(name="later", side="SELL", quantity=LOT, price=Decimal(115_000)),
            Wait(secs=8),
            Fill(name="sold", quantity=Decimal("0.005")),
            Submit(name="bought", quantity=Decimal("0.120")),
            Wait(secs=7),
            Stop(),
            Fill(name="later"),
            *STARTED,
            *ALL_WELL,
        ),
        wrong={Kind.WRONG_QUANTITY} | MADE_UP,
    ),
    # The last fill is in its order's history, and not in its position's.
    "matched_histories": Story(
        operations=(
            *STARTED,
            Submit(name="one", quantity=LOT),
            Wait(secs=15),
            Submit(name="two", quantity=LOT),
            Wait(secs=2),
            Kill(lost_writes=4),
            Boot(),
            Wait(secs=15),
            Heal(),
            Settle(within_secs=5),
        ),
        wrong={Kind.NOT_STARTED},
    ),
    "symbols": Story(
        operations=(
            Seed(fills=1, net=Decimal("0.500")),
            *STARTED,
            Wait(secs=15),
            Stop(),
            Boot(),
            Wait(secs=15),
            Settle(within_secs=5),
        ),
        wrong={Kind.NOT_STARTED},
        beside=frozenset({"whole_history"}),
    ),
    # It is still open, and older than what the venue tells of by itself.
    "reports": Story(
        operations=(Seed(open_orders=1, age_mins=9 * DAY_MINS), Boot(), Wait(secs=15), Settle(within_secs=5)),
        wrong={Kind.NOT_STARTED},
    ),
    "query_errors": Story(
        operations=(*RESTS, *UNLISTED, Fail(call=ORDER, status=503), Wait(secs=150), *ALL_WELL),
        wrong={Kind.WRONG_STATUS},
        beside=REVIVED,
    ),
    "unknown_outcomes": Story(
        operations=(
            *STARTED,
            Wait(secs=15),
            MUTE,
            Fail(call=SUBMIT, apply=True, times=1, status=503),
            RESTING,
            Wait(secs=1),
            *ALL_WELL,
        ),
        wrong={Kind.WRONG_STATUS},
        beside=REVIVED,
    ),
    "account_positions": Story(
        operations=(*HOLDS, Fail(call=POSITIONS, body=[]), Wait(secs=130), *ALL_WELL),
        wrong=MADE_UP,
    ),
    # The venue answers seven days at a time.
    "history": Story(
        operations=(Seed(fills=4, net=Decimal("0.100"), age_mins=10 * DAY_MINS), *STARTED, *ALL_WELL),
        wrong=MADE_UP,
        overrides={"reconciliation.lookback_mins": 20 * DAY_MINS},
    ),
    # The clock is off at the start, so that only the answer by order id tells of the trade.
    "order_trades": Story(
        operations=shipped_scenarios()["clock skew [+2 s, at startup]"]
        .schedule(seed=1, settle_secs=60, silence_secs=1)
        .operations,
        wrong={Kind.INVENTED_FILL, Kind.MISSING_FILL},
    ),
}
"""By the guard that is left out."""


@pytest.mark.parametrize("guard", GUARDS)
def test_a_guard_left_out_is_caught_by_name(guard: str) -> None:
    story = STORIES[guard]
    assert guard not in story.beside
    right = [name for name in GUARDS if name not in story.beside]
    without = [name for name in right if name != guard]
    for guards, wrong in ((right, set()), (without, story.wrong)):
        played = run_of(*story.operations, guards=guards, overrides=story.overrides, seed=story.seed).play()
        assert kinds(played) >= wrong, played.anomalies
        assert wrong or not played.anomalies


def test_trades_of_the_millisecond_in_which_a_position_ended_are_told_apart_by_whole_history() -> None:
    chosen = shipped_scenarios()["cold start with history [closed and opened at once]"]
    operations = chosen.schedule(seed=1, settle_secs=60, silence_secs=40).operations
    assert not run_of(*operations).play().anomalies
    without = run_of(*operations, guards=[name for name in GUARDS if name != "whole_history"]).play()
    assert kinds(without) >= MADE_UP


def test_without_reconciliation_a_lost_fill_is_caught() -> None:
    played = run_of(*RESTS, *LOST_FILL, *ALL_WELL, overrides={"reconciliation.enabled": False}).play()
    assert kinds(played) >= {Kind.MISSING_FILL, Kind.WRONG_STATUS, Kind.PHANTOM_POSITION, Kind.NOT_CONVERGED}
