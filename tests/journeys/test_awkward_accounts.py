import signal
from datetime import datetime

from stage import (
    BTC,
    SEED,
    NodeCache,
    Stage,
    assert_agreement,
    clean_end,
    ended,
    environment,
    reconciled,
    until,
)

from reconciliation.embedded.venue import VenueProcess


def test_open_orders_older_than_the_lookback_are_reconciled(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Startup reconciliation: a lookback limits history, never what is open."""
    venue.control.seed(**SEED)
    resting = [order.time_ms for order in venue.control.ledger().open_orders]
    event = reconciled(node := stage.node(environment(venue, redis, RECON_LOOKBACK_MINS="1")))
    reconciled_ms = datetime.fromisoformat(event["timestamp"]).timestamp() * 1_000
    assert reconciled_ms - max(resting) > 60_000, "the venue's history must be older than the lookback"
    assert len(event["open_orders"]) == SEED["open_orders"]
    assert event["node"]["positions"] == {BTC: "0.500"}
    clean_end(node)


def test_a_cached_order_the_venue_no_longer_lists_is_asked_for(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """100 % fills: an order filled while down is recovered although the venue's list has been cut off before it."""
    env = environment(venue, redis)
    venue.control.place("BTCUSDT", "BUY", "0.010", price="50000", client_order_id="old")
    assert stage.recon("reconcile", "--apply", **env).code == 0
    venue.control.fill("old")
    venue.control.fail("GET /fapi/v1/allOrders", status=200, body=[])
    event = reconciled(node := stage.node(env))
    assert event["fills_recovered_ids"] == [f"{BTC}:1001"]
    assert event["node"]["inferred_fills"] == 0
    clean_end(node)
    assert NodeCache(redis).trades("old") == ["1001"]


def test_a_cached_order_the_venue_does_not_know_is_cancelled(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Startup reconciliation: gone is only what the venue answers it does not know; the boot goes on."""
    env = environment(venue, redis)
    venue.control.place("BTCUSDT", "BUY", "0.010", price="50000", client_order_id="forgotten")
    assert stage.recon("reconcile", "--apply", **env).code == 0
    venue.control.cancel("forgotten")
    venue.control.fail("GET /fapi/v1/allOrders", status=200, body=[])
    unknown = {"code": -2013, "msg": "Order does not exist."}
    venue.control.fail("GET /fapi/v1/order", status=400, body=unknown)
    event = reconciled(node := stage.node(env))
    assert event["open_orders"] == {}
    clean_end(node)
    assert NodeCache(redis).kinds("forgotten")[-1] == "OrderCanceled"


def test_a_close_position_order_does_not_keep_a_node_from_starting(
    stage: Stage, venue: VenueProcess, redis: str
) -> None:
    """Startup reconciliation: what the adapter cannot represent, it skips, and the second look leaves out too."""
    venue.control.seed(**SEED)
    stop = {
        "algoId": 77, "clientAlgoId": "take-profit", "algoType": "CONDITIONAL", "orderType": "TAKE_PROFIT_MARKET",
        "symbol": "BTCUSDT", "side": "SELL", "quantity": "0.000", "closePosition": True, "triggerPrice": "150000",
    }  # fmt: skip
    venue.control.fail("GET /fapi/v1/openAlgoOrders", status=200, body=[stop])
    event = reconciled(node := stage.node(environment(venue, redis)))
    assert_agreement(venue, event)
    clean_end(node)


HEDGING = {"RECON_NODE_POSITION_MODE": "hedging", "RECON_POSITION_CHECK_INTERVAL_SECS": "none"}


def test_a_position_mode_that_is_not_the_accounts_is_told(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Boot: settings that contradict the account are unusable, exit 2, with the remedy."""
    node = stage.node(environment(venue, redis, **HEDGING))
    assert ended(node) == 2
    told = node.wait_for("preflight_failed")
    assert [check["name"] for check in told["checks"]] == ["BINANCE position mode"]
    assert "RECON_NODE_POSITION_MODE=netting" in told["reason"]


def test_a_hedging_account_connects(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Boot: the adapter refuses reduce-only orders on a hedging account; the settings say which account it is."""
    venue.control.fail("GET /fapi/v1/positionSide/dual", status=200, body={"dualSidePosition": True})
    node = stage.node(environment(venue, redis, **HEDGING))
    assert reconciled(node)
    clean_end(node)


def test_code_that_fails_at_start_leaves_no_zombie(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Boot: a strategy that raises when it starts ends the node, exit 1, and the listen key goes with it."""
    (stage.folder / "faulty.py").write_text(
        "from nautilus_trader.trading.strategy import Strategy\n"
        "class Faulty(Strategy):\n"
        "    def on_start(self):\n"
        "        raise RuntimeError('no such thing')\n"
        "def configure(builder):\n"
        "    builder.add_strategy(Faulty())\n",
        "utf-8",
    )
    node = stage.node(environment(venue, redis), "faulty:configure")
    assert ended(node) == 1
    told = node.wait_for("node_not_started")
    assert told["stage"] == "strategies"
    assert "no such thing" in told["reason"]
    assert venue.control.requests("DELETE /fapi/v1/listenKey")


def test_an_interrupted_reconcile_is_no_success(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Reconcile command: exit 0 only when reconciled; a signal before that is exit 1."""
    venue.control.fail("GET /fapi/v1/openOrders", delay_secs=600)
    command = stage.started("reconcile", "--json", **environment(venue, redis))
    until(lambda: venue.control.requests("GET /fapi/v1/openOrders"), "the command waits for the venue")
    command.send_signal(signal.SIGTERM)
    assert command.wait(30) == 1
