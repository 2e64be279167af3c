"""What guards see is told at the moment they see it, by a real node."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from arena import OFF, QUICK, Arena, all_but, node_on
from binance_stand import ALL_ORDERS, NO_SUCH_ORDER, OPEN_ORDERS, ORDER, POSITIONS, SUBMIT, TRADES
from other_venue import NAME as OTHER
from other_venue import SwallowingClient, SwallowingClientConfig, SwallowingClientFactory
from stage import BTC

from reconciliation import NodeBuilder
from reconciliation.embedded.venue import VenueProcess
from reconciliation.engine.lifecycle import AbsenceHeld, Event, OrderResolved, QueryFailed
from reconciliation.engine.v1.adapters.binance import reports
from reconciliation.settings.guards import GUARDS

NAME = "BINANCE"
INFLIGHT: dict[str, Any] = OFF | {"inflight_check_interval_ms": QUICK["inflight_check_interval_ms"]}
OPEN: dict[str, Any] = OFF | {"open_check_interval_secs": QUICK["open_check_interval_secs"]}
POSITION: dict[str, Any] = OFF | {"position_check_interval_secs": QUICK["position_check_interval_secs"]}


class Told:
    """What was told since it was last asked for."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def of[T](self, kind: type[T]) -> list[T]:
        return [event for event in self.events if isinstance(event, kind)]


@contextmanager
def told_by(venue: VenueProcess, guards: tuple[str, ...] = GUARDS, **how: Any) -> Iterator[tuple[Arena, Told]]:
    told = Told()
    with node_on(venue, guards=guards, observer=told.events.append, **how) as arena:
        assert told.events == [], "nothing failed"
        yield arena, told


def resting(arena: Arena) -> str:
    bid = arena.place_bid()
    arena.until(lambda: arena.status(bid) == "ACCEPTED", "the bid is accepted")
    return bid


FAILURES: tuple[dict[str, Any], ...] = ({"status": 503}, {"drop": True}, {"delay_secs": 3_600})
"""An error of the server, a broken connection, and none."""


@pytest.mark.parametrize(
    ("call", "query", "checks"),
    [
        (ALL_ORDERS, "orders", OPEN),
        (ORDER, "order {bid}", OPEN),
        (POSITIONS, "positions", POSITION),
        (TRADES, f"fills of {BTC}", POSITION),
    ],
)
def test_a_query_that_failed_is_told_with_its_client_and_without_secrets(
    venue: VenueProcess, call: str, query: str, checks: dict[str, Any]
) -> None:
    with told_by(venue, report_secs=0.3, position_check_retries=100, **checks) as (arena, told):
        bid = resting(arena)
        venue.control.fill(bid, quantity="0.005", silent=True)  # something for the position check to ask about
        for failure in FAILURES:
            venue.control.clear_faults()
            venue.control.fail(call, **failure)
            if call == ORDER:
                for orders in (OPEN_ORDERS, ALL_ORDERS):
                    venue.control.fail(orders, body=[])
            told.events.clear()
            (event, *_) = arena.until(partial(told.of, QueryFailed), f"{failure} is told")
            assert (event.client, event.query) == (NAME, query.format(bid=bid))
            assert f"the query of {call.partition(' ')[2]} failed: " in event.reason
            assert not event.reason.endswith(": ")
            for secret in (venue.api_key, venue.api_secret, "signature", "timestamp="):
                assert secret not in event.reason


class RoutingFactory(SwallowingClientFactory):
    @staticmethod
    def create(loop: Any, name: str, config: Any, msgbus: Any, cache: Any, clock: Any) -> SwallowingClient:
        return SwallowingClient(loop, name, msgbus, cache, clock, venue="ROUTER")


def routed(builder: NodeBuilder) -> None:
    builder.add_exec_client(OTHER, SwallowingClientConfig(), RoutingFactory)


def test_a_client_is_told_by_its_own_name_and_not_by_its_venue() -> None:
    told = Told()
    with node_on(None, guards=GUARDS, configure=routed, observer=told.events.append, **POSITION) as arena:
        arena.client.raising = True
        arena.until(lambda: told.events, "the failed query is told")
        assert told.events[0] == QueryFailed(OTHER, "positions", "ConnectionError: the venue cannot be reached")


def test_a_mass_status_that_was_refused_is_told(venue: VenueProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "PAUSE_SECS", 0.01)
    venue.control.seed("BTCUSDT", open_orders=1)
    venue.control.fail(ALL_ORDERS, status=503)
    with told_by(venue, start=False, **OFF) as (arena, told):
        assert not arena.begin()
        assert [(event.client, event.query) for event in told.of(QueryFailed)] == [(NAME, "mass status")] * 3
        assert all("/fapi/v1/allOrders" in event.reason for event in told.of(QueryFailed))


def test_an_order_in_flight_that_nobody_answers_for_is_held(venue: VenueProcess) -> None:
    with told_by(venue, **INFLIGHT) as (arena, told):
        venue.control.mute()
        venue.control.fail(SUBMIT, drop=True, apply=True)
        venue.control.fail(ORDER, status=503)
        bid = arena.place_bid()
        arena.until(lambda: told.of(AbsenceHeld), "it is held")
        assert told.of(AbsenceHeld)[0] == AbsenceHeld(
            "order", bid, "it stays SUBMITTED: no answer says that the venue does not know it"
        )
        assert told.of(OrderResolved) == []


def test_an_order_that_never_arrived_is_resolved_with_what_it_became(venue: VenueProcess) -> None:
    with told_by(venue, **INFLIGHT) as (arena, told):
        venue.control.fail(SUBMIT, drop=True)
        bid = arena.place_bid()
        arena.until(lambda: told.of(OrderResolved), "it is resolved")
        assert told.of(OrderResolved) == [OrderResolved(bid, "REJECTED")]
        assert arena.status(bid) == "REJECTED"


@pytest.mark.parametrize("external", [False, True])
def test_an_open_order_that_is_gone_is_resolved_with_what_it_became(venue: VenueProcess, external: bool) -> None:
    with told_by(venue, **OPEN) as (arena, told):
        if external:
            order = venue.control.place("BTCUSDT", "BUY", "0.010", price="30000").order.client_order_id
            arena.until(lambda: arena.status(order) == "ACCEPTED", "it came in")
        else:
            order = resting(arena)
        venue.control.cancel(order, silent=True)
        for orders in (OPEN_ORDERS, ALL_ORDERS):
            venue.control.fail(orders, body=[])
        venue.control.fail(ORDER, **NO_SUCH_ORDER)
        arena.until(lambda: told.of(OrderResolved), "it is resolved")
        became = "CANCELED" if external else "REJECTED"
        assert told.of(OrderResolved) == [OrderResolved(order, became)]
        assert arena.status(order) == became
        assert told.of(AbsenceHeld) == []


def test_an_open_order_that_cannot_be_asked_for_is_held_with_the_reason(venue: VenueProcess) -> None:
    with told_by(venue, **OPEN) as (arena, told):
        bid = resting(arena)
        for orders in (OPEN_ORDERS, ALL_ORDERS):
            venue.control.fail(orders, body=[])
        venue.control.fail(ORDER, status=503)
        arena.until(lambda: told.of(AbsenceHeld), "it is held")
        held = told.of(AbsenceHeld)[0]
        assert (held.kind, held.key) == ("order", bid)
        assert held.reason.startswith(
            "it stays ACCEPTED: QueryFailedError: the query of /fapi/v1/order failed: HTTP 503"
        )


def test_silence_that_has_not_lasted_is_held_where_no_answer_can_be_believed(venue: VenueProcess) -> None:
    with told_by(venue, all_but("query_errors"), tolerated_secs=1.0, **OPEN) as (arena, told):
        bid = resting(arena)
        venue.control.cancel(bid, silent=True)
        for orders in (OPEN_ORDERS, ALL_ORDERS):
            venue.control.fail(orders, body=[])
        venue.control.fail(ORDER, **NO_SUCH_ORDER)
        arena.until(lambda: told.of(OrderResolved), "it has lasted")
        assert told.of(AbsenceHeld)[0] == AbsenceHeld(
            "order", bid, "it stays ACCEPTED: the venue's silence has not lasted"
        )
        assert told.events[-1] == OrderResolved(bid, "REJECTED")


def test_a_position_that_replies_leave_out_is_held(venue: VenueProcess) -> None:
    venue.control.seed("BTCUSDT", fills=4, net="0.5")
    with told_by(venue, all_but("account_positions"), **POSITION) as (arena, told):
        venue.control.fail(POSITIONS, body=[])
        arena.until(lambda: told.of(AbsenceHeld), "it is held")
        held = told.of(AbsenceHeld)[0]
        assert (held.kind, held.key) == ("position", BTC)
        assert held.reason.endswith("it is taken for flat after 30 s")
