"""What the trade guard brings in, told by the histories that a node in virtual time has stored."""

import json
from decimal import Decimal
from typing import Any, Final

from arena import all_but
from virtual import ALL_WELL, STARTED, happened, histories, kinds, run_of

from reconciliation.drill.anomalies import Kind
from reconciliation.drill.schedule import (
    Amend,
    AnyOperation,
    Cancel,
    Fail,
    Fill,
    Mend,
    Place,
    Retell,
    Stop,
    Stream,
    Submit,
    Until,
    Wait,
    Withdraw,
)
from reconciliation.settings.guards import GUARDS

SUBMIT, AMEND, CANCEL = (f"{method} /fapi/v1/order" for method in ("POST", "PUT", "DELETE"))
OPEN_ORDERS, ALL_ORDERS = "GET /fapi/v1/openOrders", "GET /fapi/v1/allOrders"
TRADES = "GET /fapi/v1/userTrades"
MUTE, UNMUTE = Stream(action="mute"), Stream(action="unmute")
PART = Decimal("0.004")
RESTS: Final = (*STARTED, Submit(name="order", quantity=Decimal("0.010"), price=Decimal(50_000)), Wait(secs=15))
WITHOUT = all_but("venue_trades")


def unheard(*operations: AnyOperation) -> tuple[AnyOperation, ...]:
    return (MUTE, *operations, Wait(secs=1), UNMUTE)


def told(*operations: AnyOperation, guards: tuple[str, ...] = GUARDS, name: str = "order") -> tuple[str, ...]:
    """The history of an order once everything works again, and nothing is wrong with it."""
    run = run_of(*operations, *ALL_WELL, guards=guards)
    assert not run.play().anomalies
    return histories(run)[f"orders:{name}"]


def test_a_real_trade_after_an_inferred_one_is_not_booked_twice() -> None:
    run = run_of(
        *RESTS,
        Fail(call=TRADES, body=[]),
        *unheard(Fill(name="order", quantity=PART)),
        Wait(secs=60),
        Mend(),
        Retell(),
        *ALL_WELL,
    )
    assert kinds(run.play()) == {Kind.INVENTED_FILL, Kind.MISSING_FILL}, "the venue denied it; quantities are right"
    events = histories(run)["orders:order"]
    assert len([event for event in events if event.startswith("OrderFilled")]) == 1


def test_a_real_trade_after_one_inferred_at_the_start_is_not_booked_twice() -> None:
    run = run_of(
        *RESTS,
        Stop(),
        Fill(name="order", quantity=PART),
        Fail(call=TRADES, body=[]),
        *STARTED,
        Wait(secs=5),
        Mend(),
        Retell(),
        *ALL_WELL,
    )
    assert kinds(run.play()) == {Kind.INVENTED_FILL, Kind.MISSING_FILL}, "the venue denied it; quantities are right"
    events = histories(run)["orders:order"]
    assert len([event for event in events if event.startswith("OrderFilled")]) == 1


def test_an_order_gets_the_trade_that_nobody_heard_of() -> None:
    operations = (*RESTS, *unheard(Fill(name="order", quantity=PART)))
    assert told(*operations)[-1] == "OrderFilled 1001"
    assert kinds(run_of(*operations, *ALL_WELL, guards=WITHOUT).play()) >= {Kind.INVENTED_FILL, Kind.MISSING_FILL}


def test_a_cancelled_order_gets_the_trade_that_nobody_heard_of() -> None:
    """Without the guard and a position check nobody asks for it any more."""
    operations = (*RESTS, *unheard(Fill(name="order", quantity=PART), Withdraw(name="order")))
    alone = {"reconciliation.position_check_interval_secs": None}
    run = run_of(*operations, *ALL_WELL, overrides=alone)
    assert not run.play().anomalies
    assert histories(run)["orders:order"][-2:] == ("OrderFilled 1001", "OrderCanceled")
    assert kinds(run_of(*operations, *ALL_WELL, guards=WITHOUT, overrides=alone).play()) >= {Kind.MISSING_FILL}


def test_an_order_by_hand_that_came_and_filled_unheard_is_adopted_with_its_trade() -> None:
    by_hand = Place(name="web", symbol="ETHUSDT", quantity=Decimal("0.500"))
    assert told(*RESTS, *unheard(by_hand), name="web")[-1] == "OrderFilled 1001"


def test_an_order_that_was_called_dead_and_purged_is_taken_in_again_where_it_lives() -> None:
    """The venue denies an order for as long as it takes to believe it, and has it all the same."""
    purged = {
        "reconciliation.purge_closed_orders_interval_mins": 1,
        "reconciliation.purge_closed_orders_buffer_mins": 60,
    }
    denied = (Fail(call=call, body=[]) for call in (OPEN_ORDERS, ALL_ORDERS))
    no_such_order = Fail(call="GET /fapi/v1/order", status=400, body={"code": -2013, "msg": "Order does not exist."})
    run = run_of(
        *RESTS,
        *denied,
        no_such_order,
        Wait(secs=64 * 60),
        Mend(),
        Stream(action="drop"),
        Wait(secs=30),
        Fill(name="order"),
        Wait(secs=10),
        Stop(),
        *STARTED,
        *ALL_WELL,
        overrides=purged,
    )
    assert not run.play().anomalies
    events = histories(run)["orders:order"]
    assert events[-4:] == ("OrderRejected", "OrderInitialized", "OrderAccepted", "OrderFilled 1001")


REFUSED: Final = (
    *STARTED,
    Fail(call=SUBMIT, status=400, body={"code": -2019, "msg": "Margin is insufficient."}, apply=True, times=1),
    *unheard(Submit(name="order", quantity=Decimal("0.010"), price=Decimal(50_000))),
)
"""The venue has the order that it answered a refusal to."""


def test_an_order_that_was_called_rejected_and_lives_gets_its_history_back() -> None:
    filled = told(*REFUSED, Wait(secs=30), Fill(name="order", quantity=PART), Wait(secs=5))
    assert [event.partition(" ")[0] for event in filled] == [
        "OrderInitialized",
        "OrderSubmitted",
        "OrderAccepted",
        "OrderFilled",
    ]


def test_a_start_takes_back_a_rejection_of_the_life_before() -> None:
    """Without, the node never starts again."""
    stopped = (*REFUSED, Stop(), Fill(name="order", quantity=PART), *STARTED, Wait(secs=30))
    kept = told(*stopped)
    assert not any(event.startswith("OrderRejected") for event in kept)
    assert Kind.NOT_STARTED in kinds(run_of(*stopped, *ALL_WELL, guards=WITHOUT).play())


def test_an_order_that_was_called_rejected_and_came_to_nothing_ends_as_the_venue_ended_it() -> None:
    other = Submit(name="other", quantity=Decimal("0.010"), price=Decimal(50_000))  # the check asks for its symbol
    gone = (*REFUSED[:-1], Withdraw(name="order"), Wait(secs=1), UNMUTE, other, Wait(secs=1))
    for later in ((Wait(secs=30),), (Stop(), *STARTED)):
        assert told(*gone, *later)[-1] == "OrderCanceled"


def test_an_amendment_that_was_called_failed_is_taken_over() -> None:
    amend = Amend(name="order", quantity=Decimal("0.020"), price=Decimal(51_000))
    operations = (*RESTS, MUTE, Fail(call=AMEND, status=503, apply=True, times=1), amend, Wait(secs=1), UNMUTE)
    assert told(*operations)[-2:] == ("OrderModifyRejected", "OrderUpdated")
    assert kinds(run_of(*operations, *ALL_WELL, guards=WITHOUT).play()) >= {Kind.WRONG_QUANTITY}


def test_an_answer_older_than_the_amendment_amends_nothing() -> None:
    first = run_of(*RESTS, Wait(secs=20))
    first.play()
    answer = happened(first, "answer", f"200 {OPEN_ORDERS} ")[-1]
    stale: list[dict[str, Any]] = json.loads(answer.removeprefix(f"200 {OPEN_ORDERS} "))
    assert [order["origQty"] for order in stale] == ["0.010"]
    amend = Amend(name="order", quantity=Decimal("0.020"), price=Decimal(51_000))
    faults = (Fail(call=OPEN_ORDERS, body=stale), Fail(call=ALL_ORDERS, body=stale))
    events = told(*RESTS, amend, Wait(secs=2), *faults, Wait(secs=40))
    assert events.count("OrderUpdated") == 1


def test_an_answer_older_than_the_trade_undoes_no_amendment() -> None:
    """The lists are answered with the order as it was, and the rest of the answer takes its time."""
    slow = Fail(call="GET /fapi/v1/openAlgoOrders", delay_secs=4)
    amended = (Amend(name="order", quantity=Decimal("0.020"), price=Decimal(51_000)), Wait(secs=1), Fill(name="order"))
    asked = (Until(asked="GET /fapi/v1/openAlgoOrders"), slow, Until(asked="GET /fapi/v1/openAlgoOrders"))
    events = told(*RESTS, *asked, *amended, Wait(secs=10))
    assert events[-2:] == ("OrderUpdated", "OrderFilled 1001")
    untold = run_of(*RESTS, *asked, *amended, Wait(secs=10), *ALL_WELL, guards=WITHOUT)
    assert Kind.WRONG_QUANTITY in kinds(untold.play())


def test_an_answer_older_than_the_end_undoes_no_amendment() -> None:
    slow = Fail(call="GET /fapi/v1/openAlgoOrders", delay_secs=4)
    asked = (Until(asked="GET /fapi/v1/openAlgoOrders"), slow, Until(asked="GET /fapi/v1/openAlgoOrders"))
    amend = Amend(name="order", quantity=Decimal("0.020"), price=Decimal(51_000))
    events = told(*RESTS, *asked, amend, Wait(secs=1), Cancel(name="order"), Wait(secs=10))
    assert events[-3:] == ("OrderUpdated", "OrderPendingCancel", "OrderCanceled")


def test_a_cancel_that_came_to_nothing_is_told_of_an_order_that_traded_in_part() -> None:
    operations = (
        *RESTS,
        Fill(name="order", quantity=PART),
        Wait(secs=15),
        MUTE,
        Fail(call=CANCEL, drop=True, times=1),
        Cancel(name="order"),
        Wait(secs=1),
        UNMUTE,
    )
    assert told(*operations)[-2:] == ("OrderPendingCancel", "OrderCancelRejected")
    assert kinds(run_of(*operations, *ALL_WELL, guards=WITHOUT).play()) >= {Kind.WRONG_STATUS}


def test_an_order_that_was_purged_is_not_taken_for_one_that_came_unheard() -> None:
    """The venue goes on telling of it: in the open check, and in the mass status when the stream comes back."""
    purged = {
        "reconciliation.purge_closed_orders_interval_mins": 1,
        "reconciliation.purge_closed_orders_buffer_mins": 1,
    }
    run = run_of(
        *STARTED,
        Submit(name="order", quantity=PART),
        Wait(secs=200),
        Stream(action="drop"),
        Wait(secs=60),
        *ALL_WELL,
        overrides=purged,
    )
    assert not run.play().anomalies
    assert len(happened(run, "engine", "OrderFilled")) == 1
