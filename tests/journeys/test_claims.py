import json

from stage import (
    BTC,
    MAKER,
    MAKER_CLAIMS_BTC,
    RESTING_BID,
    SEED,
    NodeCache,
    Stage,
    acknowledged_bid,
    clean_end,
    ended,
    environment,
    names,
    reconciled,
    until,
)

from reconciliation.drill.venues import BINANCE
from reconciliation.embedded.venue import VenueProcess
from reconciliation.venue.symbols import SYMBOLS

SWEEPER = "SWEEPER-001"


def by_hand(venue: VenueProcess, name: str, symbol: str = "BTCUSDT", price: str = "50000") -> str:
    """Somebody places an order at the venue; what comes back is its client order id."""
    quantity = {"BTCUSDT": "0.010", "ETHUSDT": "0.200", "SOLUSDT": "5.00"}[symbol]
    venue.control.place(symbol, "BUY", quantity, price=price, client_order_id=name)
    return name


def test_a_claim_owns_what_the_cache_does_not_know_yet(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """External claims: without one EXTERNAL, with one the claiming strategy, which need not run; never re-owned."""
    env = environment(venue, redis)
    cache = NodeCache(redis)
    unclaimed = by_hand(venue, "unclaimed")
    assert stage.recon("reconcile", "--apply", **env).code == 0
    assert cache.owner(unclaimed) == "EXTERNAL"

    claimed = by_hand(venue, "claimed")
    told = stage.recon("reconcile", "--apply", "--json", **env, RECON_CLAIMS=MAKER_CLAIMS_BTC)
    assert told.code == 0
    assert told.data["node"]["external_orders"] == 1
    assert cache.owner(claimed) == MAKER
    # The engine's own rule: a claim that comes too late changes nothing.
    assert cache.owner(unclaimed) == "EXTERNAL"


def test_a_boot_without_the_strategy_keeps_its_claim(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """External claims: an order placed before a boot that does not run the strategy is the strategy's all the same."""
    env = environment(venue, redis, RECON_CLAIMS=MAKER_CLAIMS_BTC)
    cache = NodeCache(redis)
    node = stage.node(env, RESTING_BID)
    bid = acknowledged_bid(venue, cache)
    node.kill()

    placed = by_hand(venue, "placed-while-down")
    between = stage.node(env)
    assert reconciled(between)["open_orders"] == {bid: MAKER, placed: MAKER}
    clean_end(between)

    again = stage.node(env, RESTING_BID)
    assert reconciled(again)["open_orders"] == {bid: MAKER, placed: MAKER}
    clean_end(again)
    assert cache.owner(placed) == MAKER
    log = stage.engine_log()
    assert f"own order {bid} is ACCEPTED" in log
    assert f"claimed order {placed} is ACCEPTED" in log


def test_claim_all_takes_every_instrument_but_the_explicit_ones(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """External claims: claim_all is every loaded instrument minus explicit claims, at startup and over the stream."""
    venue.control.seed(**SEED)
    on_eth = by_hand(venue, "on-eth", "ETHUSDT", "3000")
    claims = {MAKER: {"instrument_ids": [BTC]}, SWEEPER: {"claim_all": True}}
    node = stage.node(environment(venue, redis, RECON_CLAIMS=json.dumps(claims)))
    resolved = node.wait_for("claim_all_resolved")
    assert (resolved["strategy_id"], resolved["instruments"]) == (SWEEPER, len(SYMBOLS) - 1), "all but one"
    event = reconciled(node)
    assert event["open_orders"] == {
        on_eth: SWEEPER,
        **dict.fromkeys(("seed_8000021", "seed_8000022", "seed_8000023"), MAKER),
    }
    assert event["node"]["external_orders"] == 0
    assert names(node).index("claim_all_resolved") < names(node).index("node_reconciled")

    node.wait_for("node_started")
    cache = NodeCache(redis)
    on_sol = by_hand(venue, "on-sol", "SOLUSDT", "150")
    on_btc = by_hand(venue, "on-btc")
    until(lambda: cache.kinds(on_sol) and cache.kinds(on_btc), "both orders came over the stream")
    assert (cache.owner(on_sol), cache.owner(on_btc)) == (SWEEPER, MAKER)
    clean_end(node)


def test_claim_all_with_nothing_left_does_not_start(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """External claims: a claim on everything that comes to nothing is a mistake, and refuses to start."""
    every = [BINANCE.instrument_of(name) for name in SYMBOLS]
    claims = {MAKER: {"instrument_ids": every}, SWEEPER: {"claim_all": True}}
    node = stage.node(environment(venue, redis, RECON_CLAIMS=json.dumps(claims)))
    assert ended(node) == 1
    told = node.wait_for("node_not_started")
    assert told["stage"] == "claims"
    assert SWEEPER in told["reason"]
    assert "node_reconciled" not in names(node)
