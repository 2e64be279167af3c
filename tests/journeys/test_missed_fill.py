from collections import Counter

from stage import (
    BTC,
    MAKER_CLAIMS_BTC,
    RESTING_BID,
    SEED,
    NodeCache,
    Stage,
    acknowledged_bid,
    assert_agreement,
    clean_end,
    environment,
    reconciled,
    trades_of,
)

from reconciliation.embedded.venue import VenueProcess


def test_fills_missed_by_a_killed_node_are_recovered_once(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """100 % fills, no duplicate fill: after SIGKILL each missed fill comes once, with the venue's trade id."""
    venue.control.seed(**SEED)
    env = environment(venue, redis, RECON_CLAIMS=MAKER_CLAIMS_BTC)
    cache = NodeCache(redis)

    killed = stage.node(env, RESTING_BID)
    bid = acknowledged_bid(venue, cache)
    killed.kill()
    venue.control.fill(bid, quantity="0.004")
    venue.control.fill(bid)
    missed = trades_of(venue, bid)
    assert len(missed) == 2
    assert venue.control.ledger().order(bid).status == "FILLED"

    warm = stage.node(env, RESTING_BID)
    event = reconciled(warm)
    assert event["fills_recovered_ids"] == [f"{BTC}:{trade}" for trade in missed]
    assert event["node"]["fills_recovered_external"] == 0
    assert event["node"]["inferred_fills"] == 0
    clean_end(warm)
    assert_agreement(venue, event, cache)
    assert cache.trades(bid) == missed
    assert cache.kinds(bid)[-2:] == ["OrderFilled", "OrderFilled"]
    histories = cache.histories()

    third = stage.node(env, RESTING_BID)
    event = reconciled(third)
    assert event["fills_recovered_ids"] == event["inferred_fill_ids"] == []
    clean_end(third)
    assert_agreement(venue, event, cache)
    assert cache.histories() == histories
    assert cache.fills() == Counter({(BTC, trade): 1 for trade in ("1019", "1020", *missed)})
