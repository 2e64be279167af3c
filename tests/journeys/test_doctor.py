"""`recon doctor`, and the preflight of a boot, with real nodes around them."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis_servers import served, set_user
from stage import (
    BTC,
    MAKER,
    MAKER_CLAIMS_BTC,
    RESTING_BID,
    SEED,
    TRADER,
    NodeCache,
    Stage,
    acknowledged_bid,
    assert_agreement,
    clean_end,
    ended,
    environment,
    names,
    reconciled,
    until,
)
from stored_orders import again

from reconciliation.cache_client import connect
from reconciliation.embedded.venue import VenueProcess
from reconciliation.node.preflight.rights import acl_line


@pytest.fixture
def valkey(tmp_path: Path, nothing_left_behind: None) -> Iterator[str]:
    """A server of the user's own, fit for a cache."""
    with served("valkey", tmp_path / "server") as url:
        yield url


def verdicts(data: dict[str, Any]) -> dict[str, str]:
    return {check["name"]: check["verdict"] for check in data["checks"]}


def test_a_node_whose_surroundings_are_as_they_should_be(stage: Stage, venue: VenueProcess, valkey: str) -> None:
    env = environment(venue, valkey)
    told = stage.recon("doctor", "--json", **env)
    assert told.code == 0, told.stdout
    assert told.data["ok"] is True
    assert set(verdicts(told.data).values()) == {"ok"}
    assert len(told.data["checks"]) == 21
    told = stage.recon("doctor", **env)
    assert told.code == 0
    assert "\x1b" not in told.stdout
    assert told.stdout.endswith("\n21 checks, 0 failed, 0 to look at, 0 not made\n")
    assert max(map(len, told.stdout.splitlines())) <= 100


def test_all_that_fails_is_told_at_once(stage: Stage, venue: VenueProcess) -> None:
    """Neither a cache that is down nor a venue of another mind hides the other, nor the settings."""
    venue.control.skew_clock(-3_000)
    env = environment(venue, "redis://127.0.0.1:1")
    told = stage.recon("doctor", "--json", **env)
    assert told.code == 3
    failed = {name for name, verdict in verdicts(told.data).items() if verdict == "fail"}
    assert failed == {"cache", "BINANCE clock"}
    assert verdicts(told.data)["BINANCE instruments"] == "ok"
    for check in told.data["checks"]:
        assert (check["verdict"] == "unknown") == check["found"].startswith("not asked: ")
    node = stage.node(env)
    assert ended(node) == 3
    assert names(node) == ["preflight_failed"]
    assert {check["name"] for check in node.events[0]["checks"]} == failed
    assert "cannot be reached" in node.events[0]["reason"]
    assert "NTP" in node.events[0]["reason"]


def test_what_is_written_wrong_is_exit_2(stage: Stage, venue: VenueProcess, valkey: str) -> None:
    env = environment(venue, valkey)
    (stage.folder / "mine.py").write_text("def configure(builder):\n    raise ValueError('mine')\n", "utf-8")
    told = stage.recon("doctor", "mine:configure", "--json", RECON_NODE_POSITION_MODE="hedging", **env)
    assert told.code == 2
    failed = [check for check in told.data["checks"] if check["verdict"] == "fail"]
    assert failed[0]["name"] == "clients"
    assert "mine.py:2" in failed[0]["found"]
    assert verdicts(told.data)["BINANCE position mode"] == "fail"
    assert verdicts(told.data)["cache"] == "ok"
    told = stage.recon("doctor", "--json", RECON_OPEN_CHECK_INTERVAL_SECS="soon", **env)
    assert told.code == 2
    assert verdicts(told.data)["settings"] == "fail"
    assert set(verdicts(told.data).values()) == {"fail", "unknown"}
    broken = {"RECON_NODE_GUARDS": "symbols", "RECON_NODE_TOLERATED_OUTAGE_SECS": "120"}
    told = stage.recon("doctor", "--json", **broken, **env)
    assert told.code == 2
    assert [name for name, verdict in verdicts(told.data).items() if verdict == "fail"] == ["rules"]


def test_a_doubt_lets_a_node_start_and_is_told(stage: Stage, venue: VenueProcess, valkey: str) -> None:
    with connect(valkey) as admin:
        admin.config_set("appendonly", "no")
    env = environment(venue, valkey)
    assert stage.recon("doctor", **env).code == 0
    node = stage.node(env)
    clean_end(node)
    told = node.wait_for("preflight_found")
    assert (told["check"], told["level"]) == ("cache persistence", "warning")
    assert "appendonly" in told["action"]


def test_a_node_lives_with_the_rights_that_are_printed(stage: Stage, venue: VenueProcess, valkey: str) -> None:
    """Cold start, an order, a fill, a warm start and the doctor, with the user of `recon doctor --acl` and no other."""
    printed = stage.recon("doctor", "--acl", **environment(venue, valkey)).stdout.strip()
    assert printed == acl_line(TRADER, "recon")
    with connect(valkey) as admin:
        set_user(admin, *printed.replace("PASSWORD", "word").split()[2:])
        set_user(admin, "default", "off")
        venue.control.seed(**SEED)
        env = environment(venue, valkey.replace("//", "//recon:word@"), RECON_CLAIMS=MAKER_CLAIMS_BTC)
        node = stage.node(env, RESTING_BID)
        reconciled(node)
        seen = NodeCache(env["RECON_CACHE_URL"])
        bid = acknowledged_bid(venue, seen)
        venue.control.fill(bid)
        until(lambda: seen.trades(bid), "the fill is in the cache")
        clean_end(node)
        assert not {"preflight_found", "cache_unreachable"} & set(names(node))
        node = stage.node(env, RESTING_BID)
        assert_agreement(venue, reconciled(node))
        clean_end(node)
        told = stage.recon("doctor", "--json", **env)
        assert set(verdicts(told.data).values()) == {"ok"}, told.stdout
        denied: Any = admin.execute_command("ACL", "LOG")
        commands = {entry[entry.index(b"object") + 1] for entry in denied}
        # Asked for its own sake, and answered by the refusal too; what a client introduces itself with is no need.
        assert commands <= {b"ping", b"client|setinfo"}


def poisoned(stage: Stage, venue: VenueProcess, url: str) -> tuple[dict[str, str], str]:
    """Have two nodes' words stand in one cache: of an order that is over, one that trades, and one that rests."""
    venue.control.seed(**SEED)
    env = environment(venue, url, RECON_CLAIMS=MAKER_CLAIMS_BTC)
    node = stage.node(env, RESTING_BID)
    reconciled(node)
    cache = NodeCache(url)
    bid = acknowledged_bid(venue, cache)
    venue.control.fill(bid, quantity="0.004")
    until(lambda: cache.trades(bid), "the fill is in the cache")
    venue.control.place("BTCUSDT", "BUY", "0.010", price="40000", client_order_id="web_over")
    until(lambda: "OrderAccepted" in cache.kinds("web_over"), "the order by hand is in the cache")
    venue.control.cancel("web_over")
    until(lambda: "OrderCanceled" in cache.kinds("web_over"), "its end is in the cache")
    clean_end(node)
    with connect(url) as client:
        for key in (f"orders:{bid}", "orders:web_over", f"positions:{BTC}-BOTH"):
            events: Any = client.lrange(f"trader-{TRADER}:{key}", 0, -1)
            client.rpush(f"trader-{TRADER}:{key}", again(events[-1]))
        resting = next(key for key in client.scan_iter(f"trader-{TRADER}:orders:seed_*") if client.llen(key) == 2)
        client.lpop(resting)
    return env, bid


def test_a_history_that_two_nodes_wrote_is_named_and_mended(stage: Stage, venue: VenueProcess, valkey: str) -> None:
    """100 % fills: the boot says which keys end it; after a repair it starts, and holds what the venue holds."""
    env, bid = poisoned(stage, venue, valkey)
    venue.control.fill(bid, quantity="0.003")
    node = stage.node(env, RESTING_BID)
    assert ended(node) == 3
    refused = node.wait_for("preflight_failed")
    assert "InvalidStateTrigger: CANCELED -> CANCELED" in refused["reason"]
    assert all(key in refused["reason"] for key in (f"orders:{bid}", "orders:web_over", f"positions:{BTC}-BOTH"))
    assert "recon doctor --repair" in refused["reason"]
    assert "Traceback" not in "".join(node.lines)

    told = stage.recon("doctor", "--json", **env)
    assert told.code == 3
    assert [name for name, verdict in verdicts(told.data).items() if verdict == "fail"] == ["histories"]
    before = NodeCache(valkey).histories("orders", "positions", "accounts")
    told = stage.recon("doctor", "--repair", **env)
    assert told.code == 0, told.stderr
    (file,) = stage.folder.glob("recon-repair-*.json")
    assert str(file) in told.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = json.loads(file.read_text("utf-8"))["histories"]
    assert len(kept) == 4
    after = NodeCache(valkey).histories("orders", "positions", "accounts")
    changed = {f"trader-{TRADER}:{key}" for key in before if before[key] != after.get(key)}
    assert changed == set(kept)
    assert stage.recon("doctor", "--json", **env).code == 0
    assert "nothing to repair" in stage.recon("doctor", "--repair", **env).stdout

    node = stage.node(env, RESTING_BID)
    event = reconciled(node)
    assert_agreement(venue, event)
    assert event["node"]["inferred_fills"] == 0
    clean_end(node)
    cache = NodeCache(valkey)
    assert_agreement(venue, event, cache)
    assert (cache.owner(bid), len(cache.trades(bid))) == (MAKER, 2)
    node = stage.node(env, RESTING_BID)
    assert_agreement(venue, reconciled(node))
    clean_end(node)


def test_a_running_nodes_cache_is_not_repaired(stage: Stage, venue: VenueProcess, valkey: str) -> None:
    venue.control.seed(**SEED)
    env = environment(venue, valkey)
    node = stage.node(env)
    reconciled(node)
    with connect(valkey) as client:

        def known() -> Any:
            """Return an order of which more is written than its beginning, which the engine takes twice."""
            return next((key for key in client.scan_iter(f"trader-{TRADER}:orders:*") if client.llen(key) > 1), None)

        events: Any = client.lrange(key := until(known, "an order is in the cache"), 0, -1)
        client.rpush(key, again(events[-1]), again(events[-1]))
    told = stage.recon("doctor", "--repair", **env)
    assert told.code == 4
    assert f"another node holds trader:{TRADER}" in told.stderr
    assert not list(stage.folder.glob("recon-repair-*"))
    clean_end(node)
    assert stage.recon("doctor", "--repair", **env).code == 0
    assert list(stage.folder.glob("recon-repair-*"))
