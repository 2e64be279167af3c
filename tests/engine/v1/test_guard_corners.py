"""Corners in which a guard could itself do harm: refuse for ever, believe stale evidence, or stop something else."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from arena import OFF, Arena, asked, node_on
from conditional_orders import stop_at_venue
from nautilus_trader.config import RoutingConfig
from nautilus_trader.execution.messages import SubmitOrder
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.identifiers import AccountId, InstrumentId, VenueOrderId
from nautilus_trader.model.objects import Price, Quantity
from other_venue import INSTRUMENT, NAME, SwallowingClient, SwallowingClientConfig, SwallowingClientFactory
from stage import BTC

from reconciliation import NodeBuilder
from reconciliation.embedded.venue import VenueProcess
from reconciliation.settings.guards import GUARDS

ORDER = "GET /fapi/v1/order"
SUBMIT = "POST /fapi/v1/order"
CANCEL = "DELETE /fapi/v1/order"
ALL_ORDERS = "GET /fapi/v1/allOrders"
OPEN_ORDERS = "GET /fapi/v1/openOrders"
OPEN_CONDITIONAL = "GET /fapi/v1/openAlgoOrders"
CONDITIONAL = "GET /fapi/v1/algoOrder"
POSITIONS = "GET /fapi/v3/positionRisk"
ACCOUNT = "GET /fapi/v2/account"
UNKNOWN: dict[str, Any] = {"status": 400, "body": {"code": -2013, "msg": "Order does not exist."}}
NO_SYMBOL: dict[str, Any] = {"status": 400, "body": {"code": -1121, "msg": "Invalid symbol."}}

ONLY_OPEN: dict[str, Any] = OFF | {"open_check_interval_secs": 0.4}
ONLY_POSITIONS: dict[str, Any] = OFF | {"position_check_interval_secs": 0.5}


def stop_rests(venue: VenueProcess, stop: dict[str, Any]) -> None:
    venue.control.clear_faults()
    venue.control.fail(OPEN_CONDITIONAL, body=[stop])
    venue.control.fail(CONDITIONAL, body=stop)


def resting(arena: Arena) -> str:
    bid = arena.place_bid()
    arena.until(lambda: arena.status(bid) == "ACCEPTED", "the bid is accepted")
    return bid


# -- Conditional orders


@pytest.mark.parametrize("status", ["NEW", "TRIGGERING", None])
def test_a_stop_older_than_the_lookback_is_kept_at_every_boot(
    venue: VenueProcess, redis: str, status: str | None
) -> None:
    """The venue lists it as open, and has more words for that than one."""
    stop_rests(venue, stop_at_venue(algoStatus=status))
    for boot in range(6):
        with node_on(
            venue, guards=GUARDS, cache_url=redis, reconciliation_lookback_mins=1_440, start=False, **OFF
        ) as arena:
            assert arena.begin(), boot
            assert arena.status("stop-1") == "ACCEPTED", boot


def test_a_stop_older_than_the_lookback_is_not_asked_for_by_itself(venue: VenueProcess) -> None:
    stop_rests(venue, stop_at_venue())
    with node_on(venue, guards=GUARDS, **ONLY_OPEN) as arena:
        arena.asks(venue, OPEN_CONDITIONAL, 9)
        assert asked(venue, CONDITIONAL) == 0
        assert arena.status("stop-1") == "ACCEPTED"


def test_a_stop_that_is_gone_is_cancelled_at_a_warm_boot(venue: VenueProcess, redis: str) -> None:
    stop_rests(venue, stop_at_venue())
    with node_on(venue, guards=GUARDS, cache_url=redis, **OFF) as arena:
        assert arena.status("stop-1") == "ACCEPTED"
    venue.control.clear_faults()
    venue.control.fail(CONDITIONAL, **UNKNOWN)
    with node_on(venue, guards=GUARDS, cache_url=redis, start=False, **OFF) as arena:
        assert arena.begin()
        assert arena.status("stop-1") == "CANCELED"


def closing_stop(venue: VenueProcess, arena: Arena) -> str:
    """Have the strategy's own stop rest at the venue as one that closes the position, which upstream cannot read."""
    strategy = arena.node.trader.strategies()[0]
    order = strategy.order_factory.stop_market(
        InstrumentId.from_str(BTC), OrderSide.SELL, Quantity.from_str("0.010"), Price.from_str("20000.0")
    )
    name = str(order.client_order_id)
    stop_rests(venue, stop_at_venue(clientAlgoId=name, quantity=None, closePosition=True))

    async def placed(*_: Any, **__: Any) -> None:
        """The venue here places no conditional orders."""

    arena.client._futures_http_account.new_algo_order = placed
    strategy.submit_order(order, params={"close_position": True})
    arena.until(lambda: arena.status(name) == "SUBMITTED", "the stop was sent")
    venue_order_id = VenueOrderId("777001")
    arena.client.generate_order_accepted(
        order.strategy_id, order.instrument_id, order.client_order_id, venue_order_id, 0
    )
    arena.until(lambda: arena.status(name) == "ACCEPTED", "the stop is accepted")
    return name


def test_an_order_that_cannot_be_read_is_not_gone(venue: VenueProcess, redis: str) -> None:
    with node_on(venue, guards=GUARDS, cache_url=redis, **ONLY_OPEN) as arena:
        stop = closing_stop(venue, arena)
        arena.asks(venue, CONDITIONAL, 2)
        assert arena.status(stop) == "ACCEPTED"
    with node_on(venue, guards=GUARDS, cache_url=redis, start=False, **OFF) as arena:
        assert arena.begin()
        assert arena.status(stop) == "ACCEPTED"


# -- A warm boot is not refused for ever


def test_an_order_whose_sending_and_cancelling_were_lost_boots(venue: VenueProcess, redis: str) -> None:
    with node_on(venue, guards=GUARDS, cache_url=redis, **OFF) as arena:
        venue.control.fail(SUBMIT, drop=True)
        venue.control.fail(CANCEL, drop=True)
        bid = arena.place_bid()
        arena.until(lambda: arena.status(bid) == "SUBMITTED", "the bid was sent")
        arena.node.trader.strategies()[0].cancel_order(arena.order(bid))
        arena.until(lambda: arena.status(bid) == "PENDING_CANCEL", "its cancel was sent")
    venue.control.clear_faults()
    with node_on(venue, guards=GUARDS, cache_url=redis, **OFF | {"inflight_check_interval_ms": 200}) as arena:
        arena.until(lambda: arena.status(bid) == "CANCELED", "the in-flight check resolved it")


def test_an_order_of_a_symbol_that_is_gone_boots(venue: VenueProcess, redis: str) -> None:
    """Delisted: it is not loaded any more, and the venue does not know the symbol."""
    with node_on(venue, guards=GUARDS, cache_url=redis, **OFF) as arena:
        bid = resting(arena)
    venue.control.cancel(bid)
    venue.control.fail(ALL_ORDERS, body=[])
    venue.control.fail(ORDER, **NO_SYMBOL)
    with node_on(venue, guards=GUARDS, cache_url=redis, start=False, **OFF) as arena:
        arena.client._instrument_provider.find = {}.get
        assert arena.begin()
        assert arena.status(bid) == "CANCELED"


# -- Nothing else is stopped


def test_a_hung_request_after_a_reconnect_does_not_stop_the_stream(venue: VenueProcess) -> None:
    with node_on(venue, guards=GUARDS, report_secs=0.5, **OFF) as arena:
        resting(arena)  # so that there is something to ask allOrders for
        venue.control.fail(ALL_ORDERS, delay_secs=3_600, times=1)
        begun = asked(venue, ALL_ORDERS)
        venue.control.drop()
        arena.until(lambda: asked(venue, ALL_ORDERS) > begun, "a mass status after the reconnect")
        resting(arena)


def test_hung_questions_for_single_orders_leave_the_other_checks_their_turn(venue: VenueProcess) -> None:
    with node_on(venue, guards=GUARDS, report_secs=1.0) as arena:
        bids = [arena.place_bid(price=str(30_000 + number)) for number in range(8)]
        arena.until(lambda: all(arena.status(bid) == "ACCEPTED" for bid in bids), "the bids are accepted")
        for orders in (OPEN_ORDERS, ALL_ORDERS):
            venue.control.fail(orders, body=[])
        venue.control.fail(ORDER, delay_secs=3_600)
        arena.asks(venue, ORDER, 1)
        hung = asked(venue, ORDER)
        arena.asks(venue, POSITIONS, 2)
        assert asked(venue, ORDER) <= hung + 1
        assert {arena.status(bid) for bid in bids} == {"ACCEPTED"}


def test_a_slow_venue_of_many_symbols_is_no_hung_one(venue: VenueProcess) -> None:
    """Each answer comes within the limit; all of them together do not."""
    for symbol in ("BTCUSDT", "ETHUSDT"):
        venue.control.seed(symbol, fills=2, open_orders=1, net="0.5")
    with node_on(venue, guards=GUARDS, report_secs=1.0, **ONLY_OPEN) as arena:
        bid = resting(arena)
        venue.control.fail(ALL_ORDERS, delay_secs=0.7)
        venue.control.cancel(bid, silent=True)
        arena.until(lambda: arena.status(bid) == "CANCELED", "the lost cancel was found")


# -- What is gone is found out


def test_an_external_order_that_is_gone_is_cancelled_and_holds_up_no_other(venue: VenueProcess) -> None:
    venue.control.seed("BTCUSDT", open_orders=2)
    with node_on(venue, guards=GUARDS, **ONLY_OPEN) as arena:
        external = [str(order.client_order_id) for order in arena.cache.orders_open()]
        mine = resting(arena)
        venue.control.fail(ALL_ORDERS, body=[])
        venue.control.fail(OPEN_ORDERS, body=[])
        venue.control.fail(ORDER, **UNKNOWN)
        arena.until(lambda: not arena.cache.orders_open(), "every one is resolved")
        assert [arena.status(order) for order in external] == ["CANCELED", "CANCELED"]
        assert arena.status(mine) == "REJECTED"


def test_an_account_that_tells_of_other_symbols_only_confirms_nothing(venue: VenueProcess) -> None:
    venue.control.seed("BTCUSDT", fills=4, net="0.5")
    with node_on(venue, guards=GUARDS, tolerated_secs=0.0, **ONLY_POSITIONS) as arena:
        arena.asks(venue, POSITIONS, 1)
        venue.control.fail(POSITIONS, body=[])
        venue.control.fail(ACCOUNT, body={"positions": [{"symbol": "ETHUSDT", "positionAmt": "0"}]})
        arena.asks(venue, ACCOUNT, 3)
        assert arena.net() == Decimal("0.5")


# -- Other venues


class Broker(SwallowingClient):
    """Routes to a venue of another name than its own."""

    def _set_account_id(self, account_id: AccountId) -> None:
        super()._set_account_id(AccountId("ROUTER-001"))


class BrokerFactory(SwallowingClientFactory):
    @staticmethod
    def create(loop: Any, name: str, config: Any, msgbus: Any, cache: Any, clock: Any) -> SwallowingClient:
        return Broker(loop, name, msgbus, cache, clock, venue="ROUTER")


def only_the_broker(builder: NodeBuilder) -> None:
    builder.data_clients.clear()
    builder.exec_clients.clear()
    builder.add_exec_client("ROUTER", SwallowingClientConfig(routing=RoutingConfig(default=True)), BrokerFactory)


def only_the_other(builder: NodeBuilder) -> None:
    builder.data_clients.clear()
    builder.exec_clients.clear()
    builder.add_exec_client(NAME, SwallowingClientConfig(), SwallowingClientFactory)


@pytest.fixture
def broker(nothing_left_behind: None) -> Iterator[Arena]:
    fixed: dict[str, Any] = {"tolerated_secs": 0.5, "configure": only_the_broker, "inflight_check_interval_ms": 0}
    with node_on(None, guards=GUARDS, **fixed) as arena:
        yield arena


def test_a_broker_that_raises_closes_nothing(broker: Arena) -> None:
    first = broker.place_bid(instrument=INSTRUMENT)
    broker.until(lambda: broker.status(first) == "ACCEPTED", "the bid is accepted")
    broker.client.fill(first)
    second = broker.place_bid(instrument=INSTRUMENT)
    broker.until(lambda: broker.status(second) == "ACCEPTED", "another bid is accepted")
    broker.client.raising = True
    broker.run_for(3)
    assert broker.net(INSTRUMENT) == Decimal("0.010")
    assert broker.status(second) == "ACCEPTED"


def test_what_was_said_before_an_order_was_accepted_says_nothing_after(nothing_left_behind: None) -> None:
    """It was unknown while it was on its way; then it rests, and then the venue goes away."""
    quick: dict[str, Any] = OFF | {"inflight_check_interval_ms": 200, "inflight_check_retries": 1}
    with node_on(None, guards=GUARDS, tolerated_secs=2.0, configure=only_the_other, **quick) as arena:
        client: Any = arena.client

        async def sent(command: SubmitOrder) -> None:
            order = command.order
            client.generate_order_submitted(order.strategy_id, order.instrument_id, order.client_order_id, 0)

        async def lost(_command: Any) -> None:
            """The cancel never arrives."""

        client._submit_order, client._cancel_order = sent, lost
        begun = client.queries
        bid = arena.place_bid(instrument=INSTRUMENT)
        arena.until(lambda: client.queries > begun, "it was asked for on its way")
        order = arena.order(bid)
        client.resting[bid] = order
        client.generate_order_accepted(
            order.strategy_id, order.instrument_id, order.client_order_id, VenueOrderId("V-1"), 0
        )
        arena.run_for(2.2)
        client.away = True
        arena.node.trader.strategies()[0].cancel_order(order)
        arena.run_for(1.8)
        assert arena.status(bid) == "PENDING_CANCEL"
