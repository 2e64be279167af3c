from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
import pytest
from arena import OFF, Arena, all_but, asked, node_on
from nautilus_trader.adapters.binance.execution import BinanceCommonExecutionClient
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import GenerateFillReports, GenerateOrderStatusReports
from nautilus_trader.execution.reports import OrderStatusReport

from reconciliation import NodeBuilder
from reconciliation.embedded.venue import VenueProcess
from reconciliation.engine.builder import ClientSpec
from reconciliation.settings.guards import GUARDS

SUBMIT = "POST /fapi/v1/order"
TRADES = "GET /fapi/v1/userTrades"
ALL_ORDERS = "GET /fapi/v1/allOrders"
OVERLOADED = {"code": -1008, "msg": "Server is currently overloaded."}


def with_retries(builder: NodeBuilder) -> None:
    """Have the adapter retry by itself, as its configuration allows."""
    name, client = next(iter(builder.exec_clients.items()))
    config = msgspec.structs.replace(client.config, max_retries=2, retry_delay_initial_ms=10, retry_delay_max_ms=20)
    builder.exec_clients[name] = ClientSpec(config, client.factory)


@pytest.mark.parametrize(("guards", "believed"), [(GUARDS, "ACCEPTED"), (all_but("unknown_outcomes"), "REJECTED")])
def test_a_duplicate_after_our_own_retry_is_the_order_itself(
    venue: VenueProcess, guards: tuple[str, ...], believed: str
) -> None:
    """The first attempt arrived though it was answered "overloaded", and the adapter's second one is a duplicate."""
    quick = OFF | {"inflight_check_interval_ms": 200}
    with node_on(venue, guards=guards, configure=with_retries, **quick) as arena:
        venue.control.mute()
        venue.control.fail(SUBMIT, apply=True, status=429, body=OVERLOADED, times=1)
        bid = arena.place_bid()
        arena.until(lambda: arena.status(bid) not in {"INITIALIZED", "SUBMITTED"}, "it is resolved")
        assert asked(venue, SUBMIT) == 2
        assert arena.status(bid) == believed


def rejected(arena: Arena, bid: str) -> bool:
    return arena.status(bid) == "REJECTED"


def test_what_the_venue_refuses_is_rejected(venue: VenueProcess) -> None:
    """A duplicate of somebody else's, and an order without margin, are refusals as they ever were."""
    with node_on(venue, guards=GUARDS, **OFF) as arena:
        for refusal in ({"code": -4116, "msg": "ClientOrderId is duplicated."}, {"code": -2019, "msg": "No margin."}):
            venue.control.fail(SUBMIT, status=400, body=refusal, times=1)
            bid = arena.place_bid()
            arena.until(partial(rejected, arena, bid), "the refusal is believed")


def fills_since(arena: Arena, back: timedelta | None) -> int:
    now = arena.client._clock.utc_now()
    command = GenerateFillReports(
        instrument_id=None,
        venue_order_id=None,
        start=None if back is None else now - back,
        end=None,
        command_id=UUID4(),
        ts_init=0,
    )
    return len({report.trade_id for report in arena.run(arena.client.generate_fill_reports(command))})


def orders_since(arena: Arena, back: timedelta | None) -> int:
    now = arena.client._clock.utc_now()
    command = GenerateOrderStatusReports(
        instrument_id=None,
        start=None if back is None else now - back,
        end=None,
        open_only=False,
        command_id=UUID4(),
        ts_init=0,
    )
    reports = arena.run(arena.client.generate_order_status_reports(command))
    assert len(reports) == len({report.venue_order_id for report in reports})
    return len(reports)


@pytest.mark.parametrize(("guards", "fills", "orders"), [(GUARDS, 2_304, 2_307), (all_but("history"), 500, 1_000)])
def test_history_is_read_to_its_end(venue: VenueProcess, guards: tuple[str, ...], fills: int, orders: int) -> None:
    venue.control.seed("BTCUSDT", fills=2_304, open_orders=3, net="0.5")
    with node_on(venue, guards=guards, **OFF) as arena:
        for back in (None, timedelta(days=6), timedelta(days=30)):
            assert orders_since(arena, back) == orders
            if fills != 500 or back is None:
                assert fills_since(arena, back) == fills
        assert fills_since(arena, timedelta(seconds=1)) == 0


def test_orders_are_read_as_upstream_reads_them_and_open_ones_whatever_their_age(venue: VenueProcess) -> None:
    venue.control.seed("BTCUSDT", fills=20, open_orders=3, net="0.5", age_mins=60)
    with node_on(venue, guards=GUARDS, **OFF) as arena:
        orders = arena.run(arena.client._http_account.query_all_orders("BTCUSDT"))
        orders.append(msgspec.structs.replace(orders[0], origQty="0"))  # upstream passes over one without a quantity
        times = sorted({order.time for order in orders})
        for start, end in ((None, None), (times[5], None), (None, times[-5]), (times[3], times[-3])):
            ours = arena.client._parse_order_status_reports(orders, start, end)
            stocks, all_of_it = (
                BinanceCommonExecutionClient._parse_order_status_reports(arena.client, orders, *window)
                for window in ((start, end), (None, None))
            )
            within = {report.venue_order_id for report in stocks}
            wanted = [report for report in all_of_it if report.venue_order_id in within or report.is_open]
            assert [content(report) for report in ours] == [content(report) for report in wanted]
            assert 0 < len(ours) < len(orders)


def content(report: OrderStatusReport) -> dict[str, Any]:
    """What is in a report besides its own name and time."""
    return {name: value for name, value in report.to_dict().items() if name not in {"report_id", "ts_init"}}


def test_history_that_fits_costs_what_upstream_asks(venue: VenueProcess) -> None:
    venue.control.seed("BTCUSDT", fills=20, open_orders=3, net="0.5")
    with node_on(venue, guards=GUARDS, **OFF):
        assert asked(venue, TRADES) == 1
        assert asked(venue, ALL_ORDERS) == 1


@pytest.mark.parametrize(
    ("guards", "phantom"),
    [
        (GUARDS, False),
        (all_but("symbols"), False),
        (all_but("whole_history"), False),
        (all_but("symbols", "whole_history"), True),
    ],
)
def test_a_warm_restart_makes_up_no_opposite_position(
    venue: VenueProcess, redis: str, guards: tuple[str, ...], phantom: bool
) -> None:
    """Either guard is enough: one gives the adjustment the right symbol, the other does without the adjustment."""
    venue.control.seed("BTCUSDT", fills=1, net="0.5")
    with node_on(venue, guards=GUARDS, cache_url=redis, **OFF):
        pass
    with node_on(venue, guards=guards, cache_url=redis, **OFF) as arena:
        assert (len(arena.cache.positions_open()) > 1) is phantom


def test_one_failed_query_is_asked_again(venue: VenueProcess) -> None:
    """Without the report guard the query error guard refuses the start at the first failure."""
    venue.control.seed("BTCUSDT", fills=20, open_orders=3, net="0.5")
    for guards, starts in ((GUARDS, True), (all_but("reports"), False)):
        venue.control.fail(TRADES, status=500, times=1)
        with node_on(venue, guards=guards, start=False, **OFF) as arena:
            assert arena.begin() is starts


@pytest.mark.parametrize(("guards", "whole"), [(GUARDS, True), (all_but("history"), False)])
def test_a_position_of_many_fills_keeps_every_one(venue: VenueProcess, guards: tuple[str, ...], whole: bool) -> None:
    """Opened from flat by more fills than a page has by default: upstream makes one synthetic order of them."""
    for fill in range(1, 511):
        venue.control.seed("BTCUSDT", fills=1, net=f"{fill / 1_000:.3f}", age_mins=60)
    with node_on(venue, guards=guards, **OFF) as arena:
        real = {fill.trade_id for fill in venue.control.ledger().fills}
        assert (set(arena.trade_ids()) == real) is whole


@pytest.mark.parametrize(("guards", "kept"), [(GUARDS, 3), (all_but("reports"), 0)])
def test_orders_that_rest_for_longer_than_history_lasts_are_kept(
    venue: VenueProcess, guards: tuple[str, ...], kept: int
) -> None:
    """The exchange's history ends after seven days; its list of open orders does not."""
    venue.control.seed("BTCUSDT", fills=4, open_orders=3, net="0.5", age_mins=8 * 1_440)
    with node_on(venue, guards=guards, **OFF) as arena:
        assert arena.cache.orders_open_count() == kept


def test_a_lookback_of_more_than_a_window_is_read_window_by_window(venue: VenueProcess) -> None:
    venue.control.seed("BTCUSDT", fills=4, net="0.5", age_mins=20 * 1_440)
    with node_on(venue, guards=GUARDS, reconciliation_lookback_mins=30 * 1_440, **OFF) as arena:
        assert arena.trade_ids() == [fill.trade_id for fill in venue.control.ledger().fills[-2:]]
