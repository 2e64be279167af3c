"""What `recon plan` predicts, held against the engine's clock and the venue's request log.

The engine looks once a tick, so that a prediction holds to within one. On a busy machine it looks later than it wanted
to, and awaits one answer after the other; how much later is measured beside it, on its own loop and in the venue's log,
and that much is allowed besides.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from math import ceil, floor
from typing import Any

import pytest
from arena import OFF, QUICK, Arena, all_but, node_on
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.objects import Price, Quantity
from stage import BTC, ETH

from reconciliation.config import ReconciliationConfig
from reconciliation.embedded.venue import VenueProcess
from reconciliation.engine.generation import fields
from reconciliation.rules import timings
from reconciliation.rules.budget import checks
from reconciliation.rules.client import STOCK_BINANCE_ERRORS, ClientTraits
from reconciliation.rules.limits import Call
from reconciliation.rules.stages import COMPARED_WITHIN_SECS, shutdown_secs
from reconciliation.rules.timings import Conditions, Periods, Span
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
BEAT_SECS = 0.05
PHASES = 12
"""Orders a few hundredths of a second apart meet the checks in every phase."""


class Pulse:
    """How late a node is: what waits there in turn, tick after tick, adds up what each of them lost."""

    def __init__(self, arena: Arena, venue: VenueProcess) -> None:
        self._loop = arena.loop
        self._venue = venue
        self._begun = time.time()
        self._late_secs = 0.0
        self._due = self._loop.time() + BEAT_SECS
        self._task = self._loop.create_task(self._beat())

    async def _beat(self) -> None:
        while True:
            self._due = self._loop.time() + BEAT_SECS
            await asyncio.sleep(BEAT_SECS)
            self._late_secs += self._loop.time() - self._due

    def begin(self) -> None:
        """Measure from now on."""
        self._late_secs = 0.0
        self._begun = time.time()

    @property
    def late_secs(self) -> float:
        """How long in all that which was due had to wait for its turn; what is overdue now waits still.

        Orders are asked for one after the other, each once the one before it was answered: from the first of a round
        to its last, the venue's answers were awaited.
        """
        overdue = 0.0 if self._task.done() else max(self._loop.time() - self._due, 0.0)
        asked = [call.time for call in self._venue.control.requests(ORDER) if call.time > self._begun]
        awaited = sum(gap for before, after in pairwise(asked) if (gap := after - before) < TICK_SECS / 2)
        return self._late_secs + overdue + awaited


def settings_of(engine: dict[str, Any]) -> ReconciliationConfig:
    """The settings that these engine values would come from, if the model allowed them."""
    ours = {field.name: field.key.partition(".")[2] for field in fields() if field.key.startswith("reconciliation.")}
    values = {ours.get(name, name): value for name, value in (QUICK | engine).items()}
    return ReconciliationConfig.model_construct(**{**ReconciliationConfig().model_dump(), **values})


def conditions(r: ReconciliationConfig, guards: tuple[str, ...] = (), *, guarded: bool = False) -> Conditions:
    client = ClientTraits("BINANCE", guarded=guarded, rejects_after=STOCK_BINANCE_ERRORS)
    return Conditions(r, frozenset(guards), client, outage_secs=0.0)


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


def assert_within(took: float, span: Span | None, pulse: Pulse) -> None:
    """See that what was measured once lies where it was predicted."""
    assert span is not None
    assert span.latest_secs is not None
    assert span.soonest_secs - TICK_SECS <= took <= span.latest_secs + TICK_SECS + pulse.late_secs


def assert_fills(took: list[float], span: Span | None, pulse: Pulse) -> None:
    """See that what was measured in many phases fills what was predicted."""
    assert span is not None
    assert span.latest_secs is not None
    assert span.soonest_secs - TICK_SECS <= min(took) <= span.soonest_secs + TICK_SECS + pulse.late_secs
    assert span.latest_secs - TICK_SECS <= max(took) <= span.latest_secs + TICK_SECS + pulse.late_secs


def assert_latest(took: list[float], predicted: float | None, pulse: Pulse) -> None:
    """See that the longest of many phases is what was predicted; the phases are coarse, and come after a round trip."""
    assert predicted is not None
    assert predicted - 2 * TICK_SECS <= max(took) <= predicted + TICK_SECS + pulse.late_secs


def assert_period(asked: list[float], period: float, pulse: Pulse, *, missing: int = 0) -> None:
    """See that calls come a period apart, but for some that could not be told apart.

    After a late call the next one comes the sooner.
    """
    gaps = [later - earlier for earlier, later in pairwise(asked)]
    late = pulse.late_secs
    kept = [gap for gap in gaps if period - TICK_SECS / 2 - late < gap < period + TICK_SECS + late]
    assert len(kept) >= max(len(gaps) - missing, 1), gaps


def made(venue: VenueProcess) -> Counter[str]:
    return Counter(call.call for call in venue.control.requests())


def by_name(predicted: Mapping[Call, float]) -> dict[str, float]:
    return {call.name: number for call, number in predicted.items()}


def settle(arena: Arena, venue: VenueProcess) -> None:
    """Run the node until the check that is under way has made its last call: a moment passes without any."""
    calls = -1
    while (seen := len(venue.control.requests())) != calls:
        calls = seen
        arena.run_for(TICK_SECS / 2)


def over_checks(
    arena: Arena, venue: VenueProcess, per_check: Mapping[str, float], by: str, least: int = 2
) -> tuple[float, Counter[str]]:
    """Run the node over whole checks, told apart by one of their calls; return how many there were, and their calls."""
    arena.asks(venue, by, 1)
    settle(arena, venue)
    before = made(venue)
    arena.asks(venue, by, int(least * per_check[by]))
    settle(arena, venue)
    calls = made(venue) - before
    return calls[by] / per_check[by], calls


def assert_calls(arena: Arena, venue: VenueProcess, per_check: Mapping[str, float], by: str) -> None:
    """See that each of several checks makes these calls and no others."""
    checked, calls = over_checks(arena, venue, per_check, by)
    assert calls == {call: checked * each for call, each in per_check.items()}


# -- Timings ---------------------------------------------------------------------------------------


def test_timings_under_open_only_are_as_predicted(venue: VenueProcess) -> None:
    """Stock engine and client: the rhythm, the fill that the position check finds, the orders nobody answers for."""
    engine = RHYTHM | {"open_check_open_only": True, "position_check_interval_secs": 0.7}
    r = settings_of(engine)
    assert timings.periods(r) == Periods(0.2, 0.2, 0.6, 0.8)
    assert timings.lost_cancel_secs(r) is None
    with node_on(venue, **engine) as arena:
        pulse = Pulse(arena, venue)
        bid = accepted(arena)
        pulse.begin()
        since = now(arena)
        venue.control.fill(bid, silent=True)
        await_all(arena, [bid], "FILLED")
        predicted = timings.lost_fill_secs(r)
        assert predicted == 0.2 + 0.8
        assert when(arena, bid, "OrderFilled") - since <= predicted + TICK_SECS + pulse.late_secs

        venue.control.fail(SUBMIT, drop=True)
        for answer in ("no_such_order", "error"):
            if answer == "error":  # the client rejects by itself, at the third of them
                venue.control.fail(ORDER, status=503)
            pulse.begin()
            orders = place_in_phases(arena, 0.6)
            await_all(arena, orders, "REJECTED")
            assert_fills(lives(arena, orders), timings.unanswered(conditions(r), answer), pulse)

        assert_period([call.time for call in venue.control.requests(OPEN_ORDERS)][1:], 0.6, pulse)
        # An open check asks for both; a position check for positions alone, and for fills when they differ.
        asked = [(call.time, call.call) for call in venue.control.requests(OPEN_ORDERS, POSITIONS)][-20:]
        alone = [at for (at, call), (_, following) in pairwise(asked) if call == following == POSITIONS]
        assert_period(alone, 0.8, pulse, missing=2)


def test_timings_with_closed_orders_are_as_predicted(venue: VenueProcess) -> None:
    """Stock engine and client: two checks spend one counter, and what the stream lost is repaired."""
    engine = RHYTHM | {"open_check_open_only": False, "open_check_missing_retries": 4}
    r = settings_of(engine)
    with node_on(venue, **engine) as arena:
        pulse = Pulse(arena, venue)
        filled: dict[str, float] = {}
        cancelled: dict[str, float] = {}
        for _ in range(PHASES):
            for lose, lost in ((venue.control.fill, filled), (venue.control.cancel, cancelled)):
                bid = accepted(arena)
                lost[bid] = now(arena)
                lose(bid, silent=True)
                arena.run_for(0.6 / PHASES / 2)
        for lost, status, event, predicted in (
            (filled, "FILLED", "OrderFilled", timings.lost_fill_secs(r)),
            (cancelled, "CANCELED", "OrderCanceled", timings.lost_cancel_secs(r)),
        ):
            await_all(arena, list(lost), status)
            assert_latest([when(arena, order, event) - since for order, since in lost.items()], predicted, pulse)

        venue.control.mute()
        pulse.begin()
        orders = place_in_phases(arena, 0.6)
        await_all(arena, orders, "ACCEPTED")
        took = [when(arena, order, "OrderAccepted") - when(arena, order, "OrderSubmitted") for order in orders]
        assert_latest(took, timings.lost_ack_secs(r), pulse)

        venue.control.fail(SUBMIT, drop=True)
        span = timings.unanswered(conditions(r), "no_such_order")
        alone = timings.unanswered(conditions(r, ("own_counters",)), "no_such_order")
        assert (span, alone) == (Span(1.1, 1.9), Span(2.3, 2.5))
        pulse.begin()
        orders = place_in_phases(arena, 0.6)
        await_all(arena, orders, "REJECTED")
        assert_fills(lives(arena, orders), span, pulse)

        # One miss fewer, and in some phases the open check clears the counter again and again.
        arena.engine.open_check_missing_retries = 3
        r = settings_of(engine | {"open_check_missing_retries": 3})
        assert timings.unanswered(conditions(r), "no_such_order") == Span(1.1, None)
        pulse.begin()
        orders = place_in_phases(arena, 0.6)
        arena.run_for(3.0)
        left = [order for order in orders if arena.status(order) == "SUBMITTED"]
        assert left
        soonest = min(lives(arena, list({*orders} - {*left})))
        assert_within(soonest, Span(1.1, 1.1), pulse)


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
        pulse = Pulse(arena, venue)
        for answer, faults in away.items():
            venue.control.clear_faults()
            bid = accepted(arena)
            arena.asks(venue, OPEN_ORDERS, 1)
            for fault in faults:
                venue.control.fail(**fault)
            pulse.begin()
            since = now(arena)
            await_all(arena, [bid], "REJECTED")
            span = timings.missing(conditions(settings_of(engine)), answer)
            assert span == Span(0.4, 0.8)
            assert_within(when(arena, bid, "OrderRejected") - since, span, pulse)


# -- Requests --------------------------------------------------------------------------------------


@pytest.mark.parametrize("guards", [(), BINANCE_GUARDS])
def test_an_open_check_makes_the_calls_predicted(venue: VenueProcess, guards: tuple[str, ...]) -> None:
    engine: dict[str, Any] = OFF | {"open_check_interval_secs": 0.4, "open_check_open_only": False}
    per_check = by_name(checks(settings_of(engine), "BINANCE", symbols=2, guards=guards).open_check)
    with node_on(venue, guards=guards, **engine) as arena:
        accepted(arena)
        accepted(arena, ETH, "1000")
        assert_calls(arena, venue, per_check, OPEN_ORDERS)


@pytest.mark.parametrize("guards", [(), BINANCE_GUARDS])
def test_a_position_check_makes_the_calls_predicted(venue: VenueProcess, guards: tuple[str, ...]) -> None:
    engine: dict[str, Any] = OFF | {"position_check_interval_secs": 0.4, "position_check_retries": 1_000}
    each = checks(settings_of(engine), "BINANCE", symbols=2, guards=guards)
    idle, differing = by_name(each.position_check), by_name(each.differing)
    absence = {call: differing.pop(call) for call in (ACCOUNT,) if call in differing}
    for symbol in ("BTCUSDT", "ETHUSDT"):
        venue.control.seed(symbol, fills=4, net="0.5")
    with node_on(venue, guards=guards, **engine) as arena:
        assert_calls(arena, venue, idle, POSITIONS)

        # From now on no difference is explained away.
        arena.engine.generate_missing_orders = False
        venue.control.fail(TRADES, body=[])
        for symbol in ("BTCUSDT", "ETHUSDT"):
            venue.control.place(symbol, "BUY", "0.100", silent=True)
        arena.asks(venue, TRADES, 1)
        settle(arena, venue)
        both = {call: idle.get(call, 0) + differing.get(call, 0) for call in idle | differing}
        assert_calls(arena, venue, both, POSITIONS)

        if absence:
            venue.control.fail(POSITIONS, body=[])
            assert_calls(arena, venue, idle | absence, POSITIONS)


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
    with node_on(venue, guards=all_but("reports"), **engine) as arena:  # which tells the check of it
        pulse = Pulse(arena, venue)
        orders = [accepted(arena) for _ in range(3)]
        arena.asks(venue, ORDER, len(orders))
        checked, seen = over_checks(arena, venue, by_name(each.open_check), OPEN_ORDERS, least=4)
        asked = seen[ORDER] / len(orders) / by_name(each.targeted)[ORDER]
        assert asked in {floor(checked / 2), ceil(checked / 2)}
        assert seen[ALGO_ORDER] == 0

        venue.control.fail(SUBMIT, drop=True)
        pulse.begin()
        lost = arena.place_bid()
        await_all(arena, [lost], "REJECTED")
        span = timings.unanswered(conditions(settings_of(engine), GUARDS, guarded=True), "no_such_order")
        (lived,) = lives(arena, [lost])
        assert_within(lived, span, pulse)
        queries = [call for call in venue.control.requests(ORDER) if call.params.get("origClientOrderId") == lost]
        assert len(queries) == RHYTHM["inflight_check_retries"]
        assert made(venue)[ALGO_ORDER] == len(queries) * by_name(each.inflight)[ALGO_ORDER]


def test_the_position_check_gives_up_when_predicted(venue: VenueProcess) -> None:
    """Stock engine and client; the attempts are as many as the retries, a period apart."""
    engine: dict[str, Any] = OFF | {"position_check_interval_secs": 0.3, "position_check_retries": 3}
    venue.control.seed("BTCUSDT", fills=4, net="0.5")
    with node_on(venue, **engine) as arena:
        pulse = Pulse(arena, venue)
        venue.control.place("BTCUSDT", "BUY", "0.100", silent=True)
        venue.control.fail(TRADES, drop=True)
        venue.control.clear_requests()
        arena.asks(venue, TRADES, 3)
        arena.asks(venue, POSITIONS, 2)
        asked = [call.time for call in venue.control.requests(TRADES)]
        assert len(asked) == 3
        predicted = timings.position_gives_up_secs(settings_of(engine), ())
        assert predicted is not None
        assert predicted - 0.3 <= asked[-1] - asked[0] <= predicted + 0.3 + pulse.late_secs


def test_closed_orders_stay_in_memory_as_long_as_predicted(venue: VenueProcess) -> None:
    """Between the buffer and the buffer with one interval more; of a buffer the engine counts whole seconds only."""
    interval_mins, buffer_mins = 0.02, 0.05
    engine: dict[str, Any] = OFF | {
        "purge_closed_orders_interval_mins": interval_mins,
        "purge_closed_orders_buffer_mins": buffer_mins,
    }
    with node_on(venue, guards=GUARDS, **engine) as arena:
        pulse = Pulse(arena, venue)
        for _ in range(2):
            bid = accepted(arena)
            pulse.begin()
            venue.control.cancel(bid)
            arena.until(lambda bid=bid: arena.order(bid).is_closed, "the bid is cancelled")  # type: ignore[misc]
            closed = arena.order(bid).ts_last / 1e9
            arena.until(lambda bid=bid: arena.order(bid) is None, "the bid was purged")  # type: ignore[misc]
            assert_within(now(arena) - closed, Span(buffer_mins * 60, (buffer_mins + interval_mins) * 60), pulse)


def test_a_stop_against_a_hung_venue_takes_no_longer_than_predicted(venue: VenueProcess) -> None:
    limits = {"timeout_post_stop": 0.3, "timeout_disconnection": 0.8, "timeout_shutdown": 0.4}
    with node_on(venue, guards=GUARDS, timeouts=limits, **OFF) as arena:
        pulse = Pulse(arena, venue)
        venue.control.fail("*", delay_secs=60)
        begun = arena.loop.time()
        arena.run(arena.node.stop_async())
        took = arena.loop.time() - begun
        soonest = limits["timeout_post_stop"] + limits["timeout_disconnection"]
        worst = shutdown_secs(NodeSettings.model_validate(limits)) - COMPARED_WITHIN_SECS  # no cache was away
        assert soonest <= took <= worst + TICK_SECS + pulse.late_secs
