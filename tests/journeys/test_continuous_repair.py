from stage import (
    RESTING_BID,
    SEED,
    NodeCache,
    Stage,
    clean_end,
    environment,
    reconciled,
    trades_of,
    unacknowledged_bid,
    until,
)

from reconciliation.embedded.venue import VenueProcess


def test_what_the_stream_lost_is_repaired_without_a_restart(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """In-flight monitoring, continuous checks, 100 % fills: a lost acknowledgement, fill and cancel are all noticed."""
    venue.control.seed(**SEED)
    placed = venue.control.place("ETHUSDT", "BUY", "0.200", price="3000", client_order_id="to-be-filled")
    assert placed.order.status == "NEW"
    venue.control.mute()
    venue.control.fail("POST /fapi/v1/order", drop=True, apply=True, times=1)
    node = stage.node(environment(venue, redis), RESTING_BID)
    reconciled(node)
    cache = NodeCache(redis)
    bid = unacknowledged_bid(venue, cache)
    venue.control.fill("to-be-filled", silent=True)
    venue.control.cancel("seed_8000022", silent=True)
    assert cache.kinds(bid) == ["OrderInitialized", "OrderSubmitted"]

    until(lambda: len(cache.kinds(bid)) > 2, "the in-flight check resolved the bid")
    assert cache.kinds(bid) == ["OrderInitialized", "OrderSubmitted", "OrderAccepted"]
    queried = [call.params["origClientOrderId"] for call in venue.control.requests("GET /fapi/v1/order")]
    assert set(queried) == {bid}, "it asked for this one order"
    until(lambda: cache.trades("to-be-filled"), "the open check found the fill")
    assert cache.trades("to-be-filled") == trades_of(venue, "to-be-filled")
    until(lambda: len(cache.kinds("seed_8000022")) > 2, "the open check found the cancel")
    assert cache.kinds("seed_8000022") == ["OrderInitialized", "OrderAccepted", "OrderCanceled"]
    assert set(cache.fills().values()) == {1}
    clean_end(node)
