"""What `recon plan` predicts, held against the engine's clock and the venue's request log."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import wraps
from itertools import pairwise
from typing import Any

import pytest
from arena import OFF, QUICK, Arena, node_on
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.objects import Price, Quantity
from stage import BTC, ETH, calls

from reconciliation.config import ENGINE_NAMES, ReconciliationConfig
from reconciliation.drill.processes import VenueProcess
from reconciliation.rules import timings
from reconciliation.rules.budget import checks
from reconciliation.rules.limits import Call
from reconciliation.rules.timings import Periods, Span
from reconciliation.settings.guards import BINANCE_GUARDS, GUARDS
from reconciliation.settings.node import NodeSettings

SUBMIT = "POST /fapi/v1/order"
ORDER = "GET /fapi/v1/order"
ALGO_ORDER = "GET /fapi/v1/algoOrder"
OPEN_ORDERS = "GET /fapi/v1/openOrders"
ALL_ORDERS = "GET /fapi/v1/allOrders"
POSITIONS = "GET /fapi/v3/positionRisk"
TRADES = "GET /fapi/v1/userTrades"
ACCOUNT = "GET /fapi/v2/account"
UNKNOWN = {"code": -2013, "msg": "Order does not exist."}

RHYTHM: dict[str, Any] = {
    "inflight_check_interval_ms": 200,
    "inflight_check_threshold_ms": 500,
    "inflight_check_retries": 3,
    "open_check_interval_secs": 0.5,
    "open_check_threshold_ms": 300,
    "open_check_missing_retries": 2,
    "single_order_query_delay_ms": 0,
    "position_check_interval_secs": None,
}
TICK_SECS = 0.2
PHASES = 12
"""Orders a few hundredths of a second apart meet the checks in every phase."""


def on_an_idle_machine(test: Callable[..., None]) -> Callable[..., None]:
    """Measure up to three times, each on a venue of its own.

    A machine that is busy with something else makes the engine late; a prediction that is wrong is wrong every time.
    """

    @wraps(test)
    def measured(venue: VenueProcess, **more: Any) -> None:
        try:
            test(venue, **more)
        except AssertionError:
            with VenueProcess() as second:
                try:
                    test(second, **more)
                except AssertionError:
                    with VenueProcess() as third:
                        test(third, **more)

    return measured


def settings_of(engine: dict[str, Any]) -> ReconciliationConfig:
    """The settings that these engine values would come from, if the model allowed them."""
    ours = {name: key for key, name in ENGINE_NAMES.items()}
    values = {ours.get(name, name): value for name, value in (QUICK | engine).items()}
    return ReconciliationConfig.model_construct(**{**ReconciliationConfig().model_dump(), **values})


def now(arena: Arena) -> float:
    """The engine's clock, seconds since the epoch."""
    return float(arena.node.kernel.clock.timestamp())


def when(arena: Arena, order: str, event: str) -> float:
    """When an event reached an order, by the engine's clock."""
    return float(next(e.ts_init for e in arena.order(order).events if type(e).__name__ == event)) / 1e9


def await_all(arena: Arena, orders: list[str], status: str) -> None:
    arena.until(lambda: all(arena.status(order) == status for order in orders), f"all orders are {status}")


def accepted(arena: Arena, instrument: str = BTC, price: str = "30000") -> str:
    """A resting bid that both sides know."""
    strategy = arena.node.trader.strategies()[0]
    bid = strategy.order_factory.limit(
        InstrumentId.from_str(instrument), OrderSide.BUY, Quantity.from_str("0.010"), Price.from_str(price)
    )
    strategy.submit_order(bid)
    await_all(arena, [str(bid.client_order_id)], "ACCEPTED")
    return str(bid.client_order_id)


def place_in_phases(arena: Arena, over_secs: float) -> list[str]:
    """Place orders that meet a check of that period in every phase."""
    placed = []
    for _ in range(PHASES):
        placed.append(arena.place_bid())
        arena.run_for(over_secs / PHASES)
    return placed


def lives(arena: Arena, orders: list[str]) -> list[float]:
    """How long each order lived, seconds."""
    return [when(arena, order, "OrderRejected") - when(arena, order, "OrderSubmitted") for order in orders]


def assert_spans(measured: list[float], span: Span | None) -> None:
    """See that what was measured in many phases fills what was predicted, to within a tick."""
    assert span is not None
    assert span.latest_secs is not None
    assert min(measured) == pytest.approx(span.soonest_secs, abs=TICK_SECS)
    assert max(measured) == pytest.approx(span.latest_secs, abs=TICK_SECS)


def assert_latest(took: list[float], predicted: float | None) -> None:
    """See that the longest of many phases is what was predicted; the phases are coarse, and come after a round trip."""
    assert predicted is not None
    assert predicted - 2 * TICK_SECS <= max(took) <= predicted + TICK_SECS


def assert_period(asked: list[float], period: float, *, missing: int = 0) -> None:
    """See that calls come a period apart, but for some that could not be told apart."""
    gaps = [later - earlier for earlier, later in pairwise(asked)]
    kept = [gap for gap in gaps if period - TICK_SECS / 2 < gap < period + TICK_SECS]
    assert len(kept) >= max(len(gaps) - missing, 1), gaps


def made(venue: VenueProcess) -> Counter[str]:
    return Counter(call["call"] for call in calls(venue))


def by_name(predicted: Mapping[Call, float]) -> dict[str, float]:
    return {call.name: number for call, number in predicted.items()}


def over_checks(arena: Arena, venue: VenueProcess, per_check: Mapping[str, float], times: int, by: str) -> Counter[str]:
    """Run the node over so many whole checks, told apart by one of their calls, and return the calls they made."""
    arena.asks(venue, by, 1)
    arena.run_for(TICK_SECS / 2)
    before = made(venue)
    arena.asks(venue, by, int(times * per_check[by]))
    arena.run_for(TICK_SECS / 2)
    return made(venue) - before


def times(number: int, per_check: Mapping[str, float]) -> dict[str, float]:
    return {call: number * each for call, each in per_check.items()}


# -- Timings ---------------------------------------------------------------------------------------


@on_an_idle_machine
def test_timings_under_open_only_are_as_predicted(venue: VenueProcess) -> None:
    """Stock engine and client: the rhythm, the fill that the position check finds, the orders nobody answers for."""
    engine = RHYTHM | {"open_check_open_only": True, "position_check_interval_secs": 0.7}
    r = settings_of(engine)
    assert timings.periods(r) == Periods(0.2, 0.2, 0.6, 0.8)
    assert timings.lost_cancel_secs(r) is None
    with node_on(venue, **engine) as arena:
        bid = accepted(arena)
        since = now(arena)
        venue.post("fills", client_order_id=bid, silent=True)
        await_all(arena, [bid], "FILLED")
        predicted = timings.lost_fill_secs(r)
        assert predicted == 0.2 + 0.8
        assert when(arena, bid, "OrderFilled") - since <= predicted + TICK_SECS

        venue.post("faults", call=SUBMIT, drop=True)
        for answer in ("no_such_order", "error"):
            if answer == "error":  # the client rejects by itself, at the third of them
                venue.post("faults", call=ORDER, status=503)
            orders = place_in_phases(arena, 0.6)
            await_all(arena, orders, "REJECTED")
            assert_spans(lives(arena, orders), timings.unanswered(r, (), answer, guarded_client=False))

        assert_period([call["time"] for call in calls(venue, OPEN_ORDERS)][1:], 0.6)
        # An open check asks for both; a position check for positions alone, and for fills when they differ.
        asked = [(call["time"], call["call"]) for call in calls(venue, OPEN_ORDERS, POSITIONS)][-20:]
        alone = [time for (time, call), (_, following) in pairwise(asked) if call == following == POSITIONS]
        assert_period(alone, 0.8, missing=2)


@on_an_idle_machine
def test_timings_with_closed_orders_are_as_predicted(venue: VenueProcess) -> None:
    """Stock engine and client: two checks spend one counter, and what the stream lost is repaired."""
    engine = RHYTHM | {"open_check_open_only": False, "open_check_missing_retries": 4}
    r = settings_of(engine)
    with node_on(venue, **engine) as arena:
        lost: dict[str, list[tuple[str, float]]] = {"fills": [], "cancels": []}
        for what in PHASES * ("fills", "cancels"):
            bid = accepted(arena)
            lost[what].append((bid, now(arena)))
            venue.post(what, client_order_id=bid, silent=True)
            arena.run_for(0.6 / PHASES / 2)
        for what, status, event, predicted in (
            ("fills", "FILLED", "OrderFilled", timings.lost_fill_secs(r)),
            ("cancels", "CANCELED", "OrderCanceled", timings.lost_cancel_secs(r)),
        ):
            await_all(arena, [order for order, _ in lost[what]], status)
            assert_latest([when(arena, order, event) - since for order, since in lost[what]], predicted)

        venue.post("stream", action="mute")
        orders = place_in_phases(arena, 0.6)
        await_all(arena, orders, "ACCEPTED")
        took = [when(arena, order, "OrderAccepted") - when(arena, order, "OrderSubmitted") for order in orders]
        assert_latest(took, timings.lost_ack_secs(r))

        venue.post("faults", call=SUBMIT, drop=True)
        span = timings.unanswered(r, (), "no_such_order", guarded_client=False)
        alone = timings.unanswered(r, ("own_counters",), "no_such_order", guarded_client=False)
        assert (span, alone) == (Span(1.1, 1.9), Span(2.3, 2.5))
        orders = place_in_phases(arena, 0.6)
        await_all(arena, orders, "REJECTED")
        assert_spans(lives(arena, orders), span)

        # One miss fewer, and in some phases the open check clears the counter again and again.
        arena.engine.open_check_missing_retries = 3
        r = settings_of(engine | {"open_check_missing_retries": 3})
        assert timings.unanswered(r, (), "no_such_order", guarded_client=False) == Span(1.1, None)
        orders = place_in_phases(arena, 0.6)
        arena.run_for(3.0)
        left = [order for order in orders if arena.status(order) == "SUBMITTED"]
        assert left
        assert min(lives(arena, list({*orders} - {*left}))) == pytest.approx(1.1, abs=TICK_SECS)


@on_an_idle_machine
def test_a_missing_order_is_called_dead_when_predicted(venue: VenueProcess) -> None:
    """Stock engine and client: whatever the venue answers."""
    engine: dict[str, Any] = OFF | {
        "open_check_interval_secs": 0.4,
        "open_check_open_only": False,
        "open_check_missing_retries": 1,
    }
    away: dict[timings.Answer, list[dict[str, Any]]] = {
        "no_such_order": [{"call": ALL_ORDERS, "body": []}, {"call": ORDER, "status": 400, "body": UNKNOWN}],
        "refused": [{"call": "GET *", "drop": True}],
        "error": [{"call": "GET *", "status": 503}],
    }
    with node_on(venue, **engine) as arena:
        for answer, faults in away.items():
            venue.delete("faults")
            bid = accepted(arena)
            arena.asks(venue, OPEN_ORDERS, 1)
            since = now(arena)
            for fault in faults:
                venue.post("faults", **fault)
            await_all(arena, [bid], "REJECTED")
            took = when(arena, bid, "OrderRejected") - since
            assert timings.missing(settings_of(engine), (), answer, guarded_client=False) == Span(0.4, 0.8)
            assert 0.4 - TICK_SECS <= took <= 0.8 + TICK_SECS


# -- Requests --------------------------------------------------------------------------------------


@pytest.mark.parametrize("guards", [(), BINANCE_GUARDS])
def test_an_open_check_makes_the_calls_predicted(venue: VenueProcess, guards: tuple[str, ...]) -> None:
    engine: dict[str, Any] = OFF | {"open_check_interval_secs": 0.4, "open_check_open_only": False}
    per_check = by_name(checks(settings_of(engine), "BINANCE", symbols=2, guards=guards).open_check)
    with node_on(venue, guards=guards, **engine) as arena:
        accepted(arena)
        accepted(arena, ETH, "1000")
        assert over_checks(arena, venue, per_check, 2, OPEN_ORDERS) == times(2, per_check)


@pytest.mark.parametrize("guards", [(), BINANCE_GUARDS])
def test_a_position_check_makes_the_calls_predicted(venue: VenueProcess, guards: tuple[str, ...]) -> None:
    engine: dict[str, Any] = OFF | {"position_check_interval_secs": 0.4, "position_check_retries": 1_000}
    each = checks(settings_of(engine), "BINANCE", symbols=2, guards=guards)
    idle, differing = by_name(each.position_check), by_name(each.differing)
    absence = {call: differing.pop(call) for call in (ACCOUNT,) if call in differing}
    for symbol in ("BTCUSDT", "ETHUSDT"):
        venue.post("seed", symbol=symbol, fills=4, net="0.5")
    with node_on(venue, guards=guards, **engine) as arena:
        assert over_checks(arena, venue, idle, 2, POSITIONS) == times(2, idle)

        # From now on no difference is explained away.
        arena.engine.generate_missing_orders = False
        venue.post("faults", call=TRADES, body=[])
        for symbol in ("BTCUSDT", "ETHUSDT"):
            venue.post("orders", symbol=symbol, side="BUY", quantity="0.100", silent=True)
        arena.asks(venue, TRADES, 1)
        arena.run_for(TICK_SECS / 2)
        both = {call: idle.get(call, 0) + number for call, number in differing.items()}
        assert over_checks(arena, venue, both, 2, POSITIONS) == times(2, both)

        if absence:
            venue.post("faults", call=POSITIONS, body=[])
            assert over_checks(arena, venue, idle, 2, POSITIONS) == times(2, idle | absence)


@on_an_idle_machine
def test_queries_of_single_orders_are_as_many_as_predicted(venue: VenueProcess) -> None:
    """An order too old for the lookback is asked for in every other check; one in flight costs two calls a query."""
    engine = RHYTHM | {
        "inflight_check_interval_ms": 100,
        "inflight_check_threshold_ms": 200,
        "open_check_interval_secs": 0.4,
        "open_check_open_only": False,
        "open_check_missing_retries": 1,
        "open_check_lookback_mins": 0,
    }
    each = checks(settings_of(engine), "BINANCE", symbols=1)
    with node_on(venue, guards=GUARDS, **engine) as arena:
        orders = [accepted(arena) for _ in range(3)]
        arena.asks(venue, ORDER, len(orders))
        seen = over_checks(arena, venue, by_name(each.open_check), 4, OPEN_ORDERS)
        assert seen[ORDER] == 4 / 2 * len(orders) * by_name(each.targeted)[ORDER]
        assert seen[ALGO_ORDER] == 0

        venue.post("faults", call=SUBMIT, drop=True)
        lost = arena.place_bid()
        await_all(arena, [lost], "REJECTED")
        span = timings.unanswered(settings_of(engine), GUARDS, "no_such_order", guarded_client=True)
        assert span is not None
        assert span.latest_secs is not None
        (lived,) = lives(arena, [lost])
        assert span.soonest_secs - TICK_SECS <= lived <= span.latest_secs + TICK_SECS
        queries = [call for call in calls(venue, ORDER) if call["params"].get("origClientOrderId") == lost]
        assert len(queries) == RHYTHM["inflight_check_retries"]
        assert made(venue)[ALGO_ORDER] == len(queries) * by_name(each.inflight)[ALGO_ORDER]


@on_an_idle_machine
def test_the_position_check_gives_up_when_predicted(venue: VenueProcess) -> None:
    """Stock engine and client; the attempts are as many as the retries, a period apart."""
    engine: dict[str, Any] = OFF | {"position_check_interval_secs": 0.3, "position_check_retries": 3}
    venue.post("seed", symbol="BTCUSDT", fills=4, net="0.5")
    with node_on(venue, **engine) as arena:
        venue.post("orders", symbol="BTCUSDT", side="BUY", quantity="0.100", silent=True)
        venue.post("faults", call=TRADES, drop=True)
        venue.delete("requests")
        arena.asks(venue, TRADES, 3)
        arena.asks(venue, POSITIONS, 2)
        asked = [call["time"] for call in calls(venue, TRADES)]
    assert len(asked) == 3
    predicted = timings.position_gives_up_secs(settings_of(engine), ())
    assert asked[-1] - asked[0] == pytest.approx(predicted, abs=0.3)


@on_an_idle_machine
def test_closed_orders_stay_in_memory_as_long_as_predicted(venue: VenueProcess) -> None:
    """Between the buffer and the buffer with one interval more; in hundredths of a minute, which the engine takes."""
    interval_mins, buffer_mins = 0.02, 0.04
    engine: dict[str, Any] = OFF | {
        "purge_closed_orders_interval_mins": interval_mins,
        "purge_closed_orders_buffer_mins": buffer_mins,
    }
    with node_on(venue, guards=GUARDS, **engine) as arena:
        for _ in range(2):
            bid = accepted(arena)
            venue.post("cancels", client_order_id=bid)
            arena.until(lambda bid=bid: arena.order(bid).is_closed, "the bid is cancelled")  # type: ignore[misc]
            closed = arena.order(bid).ts_last / 1e9
            arena.until(lambda bid=bid: arena.order(bid) is None, "the bid was purged")  # type: ignore[misc]
            kept = now(arena) - closed
            assert buffer_mins * 60 - TICK_SECS <= kept <= (buffer_mins + interval_mins) * 60 + TICK_SECS


@on_an_idle_machine
def test_a_stop_against_a_hung_venue_takes_no_longer_than_predicted(venue: VenueProcess) -> None:
    limits = {"timeout_post_stop": 0.3, "timeout_disconnection": 0.8, "timeout_shutdown": 0.4}
    with node_on(venue, guards=GUARDS, timeouts=limits, **OFF) as arena:
        venue.post("faults", call="*", delay_secs=60)
        begun = arena.loop.time()
        arena.run(arena.node.stop_async())
        took = arena.loop.time() - begun
        worst = timings.shutdown_secs(NodeSettings.model_validate(limits))
        assert limits["timeout_post_stop"] + limits["timeout_disconnection"] <= took <= worst + TICK_SECS
