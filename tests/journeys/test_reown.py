"""Orders that a claim came too late for change hands, on a real cache: offline, kept in a file, and taken back."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from stage import (
    BTC,
    MAKER,
    MAKER_CLAIMS_BTC,
    RESTING_BID,
    TRADER,
    NodeCache,
    Stage,
    acknowledged_bid,
    assert_agreement,
    clean_end,
    environment,
    reconciled,
    until,
)

from reconciliation.cache_client import connect
from reconciliation.embedded.venue import VenueProcess


@pytest.fixture
def late(stage: Stage, venue: VenueProcess, redis: str) -> dict[str, str]:
    """The environment of a node whose claim came late: three orders are EXTERNAL in the cache, and one has traded."""
    for name in ("resting", "other", "traded"):
        venue.control.place("BTCUSDT", "BUY", "0.020", price="50000", client_order_id=name)
    venue.control.place("ETHUSDT", "BUY", "0.200", price="3000", client_order_id="unclaimed")
    venue.control.fill("traded", quantity="0.010")
    env = environment(venue, redis)
    assert stage.recon("reconcile", "--apply", **env).code == 0
    return env | {"RECON_CLAIMS": MAKER_CLAIMS_BTC}


def test_a_boot_tells_of_them_and_recon_claims_says_whose_they_are(stage: Stage, late: dict[str, str]) -> None:
    node = stage.node(late)
    told = node.wait_for("cached_external")
    assert told["level"] == "warning"
    assert (told["strategy_id"], told["orders"]) == (MAKER, 3)
    assert told["client_order_ids"] == ["other", "resting", "traded"]
    clean_end(node)
    answer = stage.recon("claims", "--json", **late)
    assert answer.code == 1
    assert answer.data["claims"] == [{"instrument_id": BTC, "owners": [MAKER], "why": f"claims.{MAKER} (RECON_CLAIMS)"}]
    assert answer.data["others"] == {"owners": ["EXTERNAL"], "why": "nobody claims it"}
    assert [(order["client_order_id"], order["status"], order["reowned"]) for order in answer.data["cached"]] == [
        ("other", "ACCEPTED", False),
        ("resting", "ACCEPTED", False),
        ("traded", "PARTIALLY_FILLED", False),
    ]
    assert [order["bound"] is None for order in answer.data["cached"]] == [True, True, False]
    assert "what it traded stands in EXTERNAL's position BTCUSDT-PERP.BINANCE-BOTH" in answer.data["cached"][2]["bound"]


def test_what_was_given_boots_warm_is_the_strategys_own_and_trades_on(
    stage: Stage, venue: VenueProcess, redis: str, late: dict[str, str]
) -> None:
    cache = NodeCache(redis)
    told = stage.recon("claims", "--reown", "--copy", "kept.json", **late)
    assert told.code == 1, "one stays"
    assert "resting  BTCUSDT-PERP.BINANCE  ACCEPTED          given to MAKER-001" in told.stdout
    assert "recon claims --restore kept.json" in told.stdout
    assert stat.S_IMODE(Path("kept.json").stat().st_mode) == 0o600
    owners = {name: cache.owner(name) for name in ("resting", "other", "traded", "unclaimed")}
    assert owners == {"resting": MAKER, "other": MAKER, "traded": "EXTERNAL", "unclaimed": "EXTERNAL"}

    node = stage.node(late, RESTING_BID)
    event = reconciled(node)
    assert {name: event["open_orders"][name] for name in owners} == owners
    bid = acknowledged_bid(venue, cache)
    assert "claimed order resting is ACCEPTED" in stage.engine_log(), "the strategy sees it as its own"
    venue.control.fill("resting", quantity="0.004")
    venue.control.cancel("other")
    until(lambda: cache.trades("resting") and "OrderCanceled" in cache.kinds("other"), "the stream is booked")
    assert {str(event["strategy_id"]) for event in cache.order_events("resting")} == {MAKER}
    node.kill()

    venue.control.fill("resting")
    again = stage.node(late, RESTING_BID)
    event = reconciled(again)
    assert (event["open_orders"][bid], event["node"]["fills_recovered"]) == (MAKER, 1)
    clean_end(again)
    assert_agreement(venue, event, cache)


def test_a_native_claim_leaves_the_same_history(
    stage: Stage, venue: VenueProcess, redis: str, late: dict[str, str]
) -> None:
    """What is given away is what the engine writes when the claim is there in time, but for ids and times."""
    assert stage.recon("claims", "--reown", **late).code == 1
    venue.control.place("BTCUSDT", "BUY", "0.020", price="50000", client_order_id="in-time")
    assert stage.recon("reconcile", "--apply", **late).code == 0
    cache = NodeCache(redis)
    given, native = cache.order_events("resting"), cache.order_events("in-time")
    own = {"client_order_id", "venue_order_id", "event_id", "ts_event", "ts_init", "ts_last"}
    for one, other in zip(given, native, strict=True):
        assert list(one) == list(other)
        assert {key: value for key, value in one.items() if key not in own} == {
            key: value for key, value in other.items() if key not in own
        }


def test_what_was_given_can_be_taken_back_until_it_goes_on(
    stage: Stage, venue: VenueProcess, redis: str, late: dict[str, str]
) -> None:
    cache = NodeCache(redis)
    before = cache.dump()
    assert stage.recon("claims", "--reown", "--copy", "kept.json", **late).code == 1
    assert cache.dump() != before
    told = stage.recon("claims", "--restore", "kept.json", "--json", **late)
    assert (told.code, told.data) == (0, {"restored": ["other", "resting"], "left": []})
    assert cache.dump() == before
    assert stage.recon("claims", "--restore", "kept.json", **late).stdout == "nothing to put back\n"

    assert stage.recon("claims", "--reown", "--copy", "again.json", **late).code == 1
    venue.control.cancel("resting")
    assert stage.recon("reconcile", "--apply", **late).code == 0
    told = stage.recon("claims", "--restore", "again.json", "--json", **late)
    assert (told.code, told.data) == (1, {"restored": ["other"], "left": ["resting"]})


@pytest.mark.parametrize("key", [f"recon:lease:trader:{TRADER}", f"recon:fleet:{TRADER}:1"])
@pytest.mark.parametrize("option", [("--reown",), ("--restore", "kept.json")])
def test_nothing_changes_hands_while_a_node_runs(
    stage: Stage, redis: str, late: dict[str, str], key: str, option: tuple[str, ...]
) -> None:
    if option[0] == "--restore":
        assert stage.recon("claims", "--reown", "--copy", "kept.json", **late).code == 1
    with connect(redis) as client:
        client.set(key, "")
    before = NodeCache(redis).dump()
    told = stage.recon("claims", *option, **late)
    assert told.code == 4
    assert f"a node of {TRADER} runs on this cache ({key})" in told.stderr
    assert NodeCache(redis).dump() == before


def test_the_count_of_a_lease_that_nobody_holds_stands_in_no_way(
    redis: str, stage: Stage, late: dict[str, str]
) -> None:
    with connect(redis) as client:
        client.set(f"recon:lease:trader:{TRADER}:number", "7")
    assert "given to" in stage.recon("claims", "--reown", **late).stdout


def test_what_cannot_be_done_is_told_and_changes_nothing(stage: Stage, redis: str, late: dict[str, str]) -> None:
    before = NodeCache(redis).dump()
    Path("taken.json").write_text("mine")
    for options, code, told in (
        (("--reown", "--copy", "taken.json"), 2, "taken.json cannot be written (File exists); nothing was changed"),
        (("--restore", "taken.json"), 2, "taken.json is no file that --reown wrote"),
        (("--restore", "nowhere.json"), 2, "nowhere.json cannot be read"),
        (("--copy", "x"), 2, "--copy goes with --reown"),
        (("--restore", "x", "--reown"), 2, "--restore goes with no other option"),
    ):
        answer = stage.recon("claims", *options, **late)
        assert (answer.code, told in answer.stderr) == (code, True), answer.stderr
    assert NodeCache(redis).dump() == before
    down = stage.recon("claims", **late | {"RECON_CACHE_URL": "redis://127.0.0.1:1"})
    assert (down.code, "cannot be reached" in down.stderr) == (3, True)


def test_a_history_that_the_engine_cannot_replay_stays_and_says_why(
    stage: Stage, redis: str, late: dict[str, str]
) -> None:
    with connect(redis) as client:
        key = f"trader-{TRADER}:orders:resting"
        events: Any = client.lrange(key, 0, -1)
        client.rpush(key, events[1])
    told = stage.recon("claims", "--reown", "--json", **late)
    order = next(order for order in told.data["cached"] if order["client_order_id"] == "resting")
    assert "the engine cannot replay its history" in order["bound"]
    assert not order["reowned"]


def test_an_embedded_cache_is_looked_into_and_refuses_while_its_node_runs(stage: Stage, venue: VenueProcess) -> None:
    env = {name: value for name, value in venue.environment().items() if name != "RECON_CACHE_URL"}
    nothing = stage.recon("claims", **env)
    assert (nothing.code, "there is no cache to look into" in nothing.stdout) == (0, True)
    assert stage.recon("claims", "--reown", **env).code == 2
    venue.control.place("BTCUSDT", "BUY", "0.020", price="50000", client_order_id="resting")
    node = stage.node(env)
    node.wait_for("node_started")
    claimed = env | {"RECON_CLAIMS": MAKER_CLAIMS_BTC}
    told = stage.recon("claims", "--reown", **claimed)
    assert (told.code, "runs on this cache" in told.stderr) == (4, True)
    clean_end(node)
    node.wait()
    told = stage.recon("claims", "--reown", "--json", **claimed)
    assert (told.code, [order["reowned"] for order in told.data["cached"]]) == (0, [True])
    after = stage.node(claimed)
    assert reconciled(after)["open_orders"] == {"resting": MAKER}
    clean_end(after)


def test_two_owners_are_told(stage: Stage, redis: str, late: dict[str, str]) -> None:
    """What a strategy claims itself counts too, and two owners are not fine."""
    strategy = {
        "strategy_path": "reconciliation.strategies.example_with_claims:RestingBid",
        "config_path": "reconciliation.strategies.example_with_claims:RestingBidConfig",
        "config": {"instrument_id": BTC, "quantity": "1", "price": "1", "external_order_claims": [BTC]},
    }
    told = stage.recon("claims", "--json", **late, RECON_STRATEGIES=json.dumps({"GRID-002": strategy}))
    assert told.code == 1
    assert told.data["claims"][0]["owners"] == [MAKER, "GRID-002"]
    assert {order["bound"] for order in told.data["cached"]} == {"two strategies claim its instrument"}
