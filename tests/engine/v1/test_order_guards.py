import pytest
from arena import OFF, Arena, all_but, asked, node_on

from reconciliation.embedded.venue import VenueProcess
from reconciliation.settings.guards import GUARDS

ORDER = "GET /fapi/v1/order"
OPEN_ORDERS = "GET /fapi/v1/openOrders"
ALL_ORDERS = "GET /fapi/v1/allOrders"
POSITIONS = "GET /fapi/v3/positionRisk"
SUBMIT = "POST /fapi/v1/order"


def resting(arena: Arena) -> str:
    """A bid that venue and node both know."""
    bid = arena.place_bid()
    arena.until(lambda: arena.status(bid) == "ACCEPTED", "the bid is accepted")
    return bid


@pytest.mark.parametrize(("guards", "suspects"), [(GUARDS, False), (all_but("bulk_queries"), True)])
def test_a_failed_bulk_query_counts_no_order_as_missing(
    venue: VenueProcess, guards: tuple[str, ...], suspects: bool
) -> None:
    with node_on(venue, guards=guards, inflight_check_interval_ms=0) as arena:
        bid = resting(arena)
        venue.control.fail(OPEN_ORDERS, status=500)
        arena.asks(venue, OPEN_ORDERS, 10)
        assert (asked(venue, ORDER) > 0) is suspects
        assert arena.status(bid) == "ACCEPTED"


def test_a_venue_that_fails_leaves_another_ones_check_alone(venue: VenueProcess) -> None:
    """Only the orders of the client that failed are skipped: one that vanished elsewhere is found out all the while."""
    with VenueProcess() as other, node_on(venue, guards=GUARDS, second=other, inflight_check_interval_ms=0) as arena:
        bid = resting(arena)
        venue.control.fail(OPEN_ORDERS, status=500)
        silent = other.control.place("ETHUSDT", "BUY", "0.2", price="3000", client_order_id="there")
        assert silent.order.status == "NEW"
        arena.until(lambda: arena.status("there") == "ACCEPTED", "the other venue's order came in")
        for orders in (OPEN_ORDERS, ALL_ORDERS):
            other.control.fail(orders, body=[])
        other.control.fail(ORDER, status=400, body={"code": -2013, "msg": "Order does not exist."})
        arena.until(lambda: arena.status("there") == "CANCELED", "the other venue's order was found missing")
        assert arena.status(bid) == "ACCEPTED"


def test_an_open_order_is_not_gone_because_it_cannot_be_asked_for(venue: VenueProcess) -> None:
    """The bulk answer leaves the order out, and the question for it alone fails."""
    with node_on(venue, guards=GUARDS, inflight_check_interval_ms=0) as arena:
        bid = resting(arena)
        for orders in (OPEN_ORDERS, ALL_ORDERS):
            venue.control.fail(orders, body=[])
        venue.control.fail(ORDER, status=503)
        arena.asks(venue, ORDER, 2)
        arena.asks(venue, ALL_ORDERS, 2)
        assert arena.status(bid) == "ACCEPTED"


@pytest.mark.parametrize("guards", [all_but("answered_absence"), all_but("answered_absence", "query_errors"), ()])
def test_the_engine_alone_takes_a_missing_order_for_gone(venue: VenueProcess, guards: tuple[str, ...]) -> None:
    with node_on(venue, guards=guards, inflight_check_interval_ms=0) as arena:
        bid = resting(arena)
        for orders in (OPEN_ORDERS, ALL_ORDERS):
            venue.control.fail(orders, body=[])
        venue.control.fail(ORDER, status=503)
        arena.until(lambda: arena.status(bid) == "REJECTED", "the engine gave the live order up")


def test_an_open_order_the_venue_says_it_does_not_know_is_rejected(venue: VenueProcess) -> None:
    with node_on(venue, guards=GUARDS, inflight_check_interval_ms=0) as arena:
        bid = resting(arena)
        for orders in (OPEN_ORDERS, ALL_ORDERS):
            venue.control.fail(orders, body=[])
        venue.control.fail(ORDER, status=400, body={"code": -2013, "msg": "Order does not exist."})
        arena.until(lambda: arena.status(bid) == "REJECTED", "the answered absence is believed")


@pytest.mark.parametrize(("guards", "believed"), [(GUARDS, "SUBMITTED"), (all_but("answered_absence"), "REJECTED")])
def test_an_order_in_flight_is_gone_only_when_the_venue_says_so(
    venue: VenueProcess, guards: tuple[str, ...], believed: str
) -> None:
    """The order was accepted, its acknowledgement was lost, and then the venue cannot be asked."""
    with node_on(venue, guards=guards, **OFF | {"inflight_check_interval_ms": 200}) as arena:
        venue.control.mute()
        venue.control.fail(SUBMIT, drop=True, apply=True)
        venue.control.fail(ORDER, status=503)
        bid = arena.place_bid()
        arena.asks(venue, ORDER, 3)
        if believed == "SUBMITTED":
            arena.asks(venue, ORDER, 3)
            assert arena.status(bid) == "SUBMITTED"
            venue.control.clear_faults()
            arena.until(lambda: arena.status(bid) == "ACCEPTED", "the venue answers again")
        else:
            arena.until(lambda: arena.status(bid) == "REJECTED", "the engine gave the live order up")


def test_an_order_that_never_arrived_is_rejected_once_the_venue_says_so(venue: VenueProcess) -> None:
    with node_on(venue, guards=GUARDS) as arena:
        venue.control.fail(SUBMIT, drop=True)
        venue.control.fail(ORDER, drop=True, times=4)
        bid = arena.place_bid()
        arena.asks(venue, ORDER, 4)
        assert arena.status(bid) == "SUBMITTED"
        arena.until(lambda: arena.status(bid) == "REJECTED", "the answered absence is believed")


@pytest.mark.parametrize(("guards", "all_of_them"), [(GUARDS, True), (all_but("own_counters"), False)])
def test_the_two_checks_count_on_their_own(venue: VenueProcess, guards: tuple[str, ...], all_of_them: bool) -> None:
    """An order that never arrived gets every query that the in-flight check was given."""
    with node_on(venue, guards=guards, inflight_check_retries=5, open_check_missing_retries=20) as arena:
        venue.control.fail(SUBMIT, drop=True)
        bid = arena.place_bid()
        arena.until(lambda: arena.status(bid) == "REJECTED", "the order is resolved")
        assert (asked(venue, ORDER) >= 5) is all_of_them


@pytest.mark.parametrize(("guards", "stalls"), [(GUARDS, False), (all_but("time_limits"), True)])
def test_a_hung_venue_does_not_stall_the_other_checks(
    venue: VenueProcess, guards: tuple[str, ...], stalls: bool
) -> None:
    with node_on(venue, guards=guards, report_secs=0.5) as arena:
        venue.control.fail(POSITIONS, delay_secs=60)
        arena.asks(venue, POSITIONS, 1)
        venue.control.mute()
        venue.control.fail(SUBMIT, drop=True, apply=True)
        bid = arena.place_bid()
        if stalls:
            arena.run_for(2.5)
            assert arena.status(bid) == "SUBMITTED"
            assert asked(venue, ORDER) == 0
        else:
            arena.until(lambda: arena.status(bid) == "ACCEPTED", "the in-flight check asked")
