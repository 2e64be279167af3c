"""A node of stock Bybit clients, over real sockets: what the Rust client hears, believes and asks again."""

from collections import Counter

import pytest
from bybit_node import BTC
from stage import (
    HERE,
    SEED,
    NodeCache,
    Stage,
    acknowledged_bid,
    clean_end,
    ended,
    names,
    reconciled,
    trades_of,
    unacknowledged_bid,
    until,
)

from reconciliation.embedded.venue import VenueProcess

TRADING = "bybit_node:configure_trading"
LOOKING = "bybit_node:configure"
CREATE = "WS order.create"
QUERIES = ("GET /v5/order/realtime", "GET /v5/order/history", "GET /v5/execution/list", "GET /v5/position/list")


@pytest.fixture
def bybit(venue: VenueProcess, redis: str) -> dict[str, str]:
    """The environment in which the clients of `bybit_node.py` find venue and cache."""
    account = {name.replace("RECON_", "STOCK_"): value for name, value in venue.environment().items()}
    return account | {"PYTHONPATH": str(HERE), "RECON_CACHE_URL": redis, "RECON_VENUE_NAME": "BYBIT"}


def test_a_node_reconciles_trades_and_changes_nothing_at_a_warm_restart(
    stage: Stage, venue: VenueProcess, redis: str, bybit: dict[str, str]
) -> None:
    """Startup reconciliation, no duplicate fill: open orders, filled orders, a position, a fill by the stream."""
    venue.control.seed(**SEED)
    cache = NodeCache(redis)
    node = stage.node(bybit, TRADING)
    event = reconciled(node)
    assert event["fills_recovered_ids"] == [f"{BTC}:1019", f"{BTC}:1020"]
    assert event["node"]["positions"] == {BTC: "0.500"}
    assert (event["node"]["open_orders"], event["node"]["inferred_fills"]) == (3, 0)
    bid = acknowledged_bid(venue, cache)
    venue.control.fill(bid)
    until(lambda: cache.trades(bid), "the stream told of the fill")
    clean_end(node)
    assert cache.kinds(bid) == ["OrderInitialized", "OrderSubmitted", "OrderAccepted", "OrderFilled"]
    assert cache.fills() == Counter({(BTC, trade): 1 for trade in ("1019", "1020", *trades_of(venue, bid))})
    histories = cache.histories()

    warm = stage.node(bybit, TRADING)
    event = reconciled(warm)
    assert event["fills_recovered_ids"] == event["inferred_fill_ids"] == []
    assert event["node"]["positions"] == {BTC: "0.510"}
    clean_end(warm)
    assert cache.histories() == histories


@pytest.mark.parametrize("call", [QUERIES[0], *QUERIES[2:]])
def test_a_query_that_keeps_failing_refuses_to_start(
    stage: Stage, venue: VenueProcess, redis: str, bybit: dict[str, str], call: str
) -> None:
    """Startup reconciliation: what could not be asked is never taken for absent; exit 1, and nothing is made up."""
    venue.control.seed(**SEED)
    venue.control.fail(call, status=503)
    node = stage.node(bybit, LOOKING)
    assert ended(node) == 1
    assert not {"node_reconciled", "node_started"} & set(names(node))
    assert node.wait_for("node_not_started")["stage"] == "reconciliation"
    assert NodeCache(redis).histories() == {}
    assert {logged.status for logged in venue.control.requests(call)} == {503}


def test_what_went_lost_on_the_way_is_repaired_without_a_restart(
    stage: Stage, venue: VenueProcess, redis: str, bybit: dict[str, str]
) -> None:
    """In-flight monitoring, continuous checks: an answer, a fill and a cancel that nobody told, and queries that fail.

    The order is taken, its answer never comes and the connection breaks. Later the private stream breaks too.
    """
    venue.control.seed(**SEED)
    venue.control.place("ETHUSDT", "BUY", "0.200", price="3000", client_order_id="to-be-filled")
    venue.control.mute()
    venue.control.fail(CREATE, drop=True, apply=True, times=1)
    node = stage.node(bybit | {"RECON_PRESET": "aggressive"}, TRADING)
    reconciled(node)
    cache = NodeCache(redis)
    bid = unacknowledged_bid(venue, cache)
    venue.control.fill("to-be-filled", silent=True)
    venue.control.cancel("seed_8000022", silent=True)
    assert cache.kinds(bid) == ["OrderInitialized", "OrderSubmitted"]
    for query in QUERIES:
        venue.control.fail(query, status=503)
    venue.control.clear_requests()
    until(lambda: len(venue.control.requests(QUERIES[0])) > 4, "checks asked, and none was answered")
    assert cache.kinds(bid) == ["OrderInitialized", "OrderSubmitted"]
    assert cache.kinds("seed_8000021")[-1] == cache.kinds("to-be-filled")[-1] == "OrderAccepted"
    venue.control.clear_faults()

    until(lambda: len(cache.kinds(bid)) > 2, "the in-flight check resolved the bid")
    assert cache.kinds(bid) == ["OrderInitialized", "OrderSubmitted", "OrderAccepted"]
    until(lambda: cache.trades("to-be-filled"), "a check found the fill")
    assert cache.trades("to-be-filled") == trades_of(venue, "to-be-filled")
    until(lambda: len(cache.kinds("seed_8000022")) > 2, "the open check found the cancel")
    assert cache.kinds("seed_8000022") == ["OrderInitialized", "OrderAccepted", "OrderCanceled"]

    venue.control.unmute()
    assert venue.control.drop() == 1
    venue.control.fill("seed_8000021")
    until(lambda: cache.trades("seed_8000021"), "a check found the fill for which there was no stream")
    assert cache.trades("seed_8000021") == trades_of(venue, "seed_8000021")
    assert set(cache.fills().values()) == {1}
    clean_end(node)
