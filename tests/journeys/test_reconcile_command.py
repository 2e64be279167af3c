import json
from pathlib import Path
from typing import Any

from stage import BTC, SEED, TRADER, NodeCache, Stage, environment, processes_in

from reconciliation.cache_client import connect
from reconciliation.embedded.venue import VenueProcess

KEYS = {
    "reconciled",
    "reason",
    "preset",
    "fingerprint",
    "trader_id",
    "applied",
    "durations",
    "venue",
    "node",
    "differences",
    "left_out",
}


def foreign_keys(url: str) -> None:
    """Put another trader's keys, of every type, into a database."""
    with connect(url) as cache:
        cache.set("trader-OTHER-001:general:note", b"\x00\xff")
        cache.rpush("trader-OTHER-001:orders:O-1", "one", "two")
        cache.sadd("trader-OTHER-001:index:orders", "O-1")
        cache.hset("trader-OTHER-001:index:order_ids", "O-1", "1")


def touching(venue: VenueProcess) -> list[str]:
    """The calls that change something at the venue, or take the user stream from the node that trades."""
    return [call.call for call in venue.control.requests() if not call.call.startswith("GET ")]


def test_it_answers_without_touching_anything(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Reconcile command: without --apply Redis and venue stay as they are; cold, and warm with a missed fill.

    With --json stdout is one JSON document; the engine's log is on stderr.
    """
    env = environment(venue, redis)
    cache = NodeCache(redis)
    foreign_keys(redis)
    venue.control.seed(**SEED)
    venue.control.place("BTCUSDT", "BUY", "0.010", price="50000", client_order_id="known")

    before = cache.dump()
    cold = stage.recon("reconcile", "--json", **env)
    assert cold.code == 0
    assert cold.data.keys() == KEYS
    assert (cold.data["reconciled"], cold.data["applied"], cold.data["trader_id"]) == (True, False, TRADER)
    assert cold.data["venue"] == {"open_orders": 4, "positions": {BTC: "0.500"}}
    assert cold.data["node"]["fills_recovered"] == cold.data["node"]["fills_recovered_external"] == 2
    assert cold.data["durations"].keys() == {"boot_secs", "reconciliation_secs"}
    assert not [event for event in cold.events("engine") if event["level"] == "info"]
    verbose = stage.recon("reconcile", "--json", "--verbose", **env)
    assert "ExecEngine" in {event["component"] for event in verbose.events("engine")}
    assert cache.dump() == before
    assert touching(venue) == []

    applied = stage.recon("reconcile", "--json", "--apply", **env)
    assert applied.code == 0
    assert applied.data["applied"] is True
    assert touching(venue) == []
    after = cache.dump()
    assert before.items() < after.items(), "keys appeared and the other trader's are as they were"
    assert f"trader-{TRADER}:orders:known".encode() in after

    venue.control.fill("known")
    warm = stage.recon("reconcile", "--json", **env)
    assert warm.code == 0
    assert cold.data["fingerprint"] == applied.data["fingerprint"] == warm.data["fingerprint"]
    assert warm.data["node"]["fills_recovered"] == 1
    assert warm.data["node"]["fills_recovered_external"] == 0
    assert warm.data["node"]["inferred_fills"] == 0
    assert warm.data["node"]["fills"] == 3
    assert warm.data["node"]["positions"] == {BTC: "0.510"}
    assert cache.dump() == after
    assert touching(venue) == []

    told = stage.recon("reconcile", "--apply", **env)
    assert told.code == 0
    assert "applied to the cache" in told.stdout
    assert "ExecEngine" not in told.stdout
    assert cache.trades("known") == ["1021"]


def test_a_position_that_differs_is_exit_1(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Reconcile command: a difference is told as one, and ends with exit 1."""
    # A difference that the engine is not allowed to trade away on paper.
    env = environment(venue, redis, RECON_GENERATE_MISSING_ORDERS="false")
    venue.control.seed("BTCUSDT", fills=20, net="0.5")
    assert stage.recon("reconcile", "--apply", **env).code == 0
    before = NodeCache(redis).dump()
    venue.control.fail("GET /fapi/v3/positionRisk", body=[position_risk("0.700")])
    told = stage.recon("reconcile", "--json", **env)
    assert told.code == 1
    assert told.data["reconciled"] is False
    assert told.data["differences"] == [{"kind": "position", "key": BTC, "venue": "0.700", "node": "0.500"}]
    assert told.data["node"]["positions"] == {BTC: "0.500"}
    assert BTC in told.data["reason"]
    assert NodeCache(redis).dump() == before


def position_risk(amount: str) -> dict[str, Any]:
    """A position as positionRisk answers it."""
    texts = dict.fromkeys(
        (
            "unRealizedProfit",
            "liquidationPrice",
            "isolatedMargin",
            "isolatedWallet",
            "initialMargin",
            "maintMargin",
            "positionInitialMargin",
            "openOrderInitialMargin",
            "bidNotional",
            "askNotional",
        ),
        "0",
    )
    return texts | {
        "symbol": "BTCUSDT",
        "positionSide": "BOTH",
        "positionAmt": amount,
        "entryPrice": "100000",
        "breakEvenPrice": "100000",
        "markPrice": "100000",
        "notional": "70000",
        "marginAsset": "USDT",
        "adl": 0,
        "updateTime": 1_700_000_000_000,
    }


def test_disabled_reconciliation_is_no_agreement(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Reconcile command: with reconciliation disabled nothing is compared; it says so and ends with exit 1."""
    told = stage.recon("reconcile", "--json", **environment(venue, redis, RECON_PRESET="disabled"))
    assert told.code == 1
    assert told.data["reconciled"] is False
    assert "disabled" in told.data["reason"]
    assert told.data["venue"] is told.data["node"] is None
    assert venue.control.requests() == ()


def test_a_cache_without_a_venue_is_a_mistake(stage: Stage, redis: str) -> None:
    """Reconcile command: a Redis of the user's own is never filled from a venue made up for the occasion; exit 2."""
    told = stage.recon("reconcile", "--json", RECON_CACHE_URL=redis)
    assert told.code == 2
    assert (told.data["reconciled"], told.data["node"]) == (False, None)
    assert "RECON_VENUE_HTTP_URL" in told.stderr
    assert len(told.stderr.splitlines()) == 1
    assert NodeCache(redis).dump() == {}


def test_an_embedded_pair_is_kept_in_its_folder(stage: Stage, tmp_path: Path) -> None:
    """Reconcile command: with --data-dir the embedded venue and cache are the same ones next time."""
    folder = tmp_path / "pair"
    folder.mkdir()
    with VenueProcess(folder / "venue") as venue:
        venue.control.seed(**SEED)
    first = stage.recon("reconcile", "--json", "--apply", "--data-dir", str(folder))
    assert first.code == 0
    assert first.data["node"]["fills_recovered"] == 2
    assert [event["data_dir"] for event in first.events("embedded_venue")] == [str(folder / "venue")]
    assert [event["data_dir"] for event in first.events("embedded_cache")] == [str(folder / "cache")]
    assert processes_in(tmp_path) == {}

    second = stage.recon("reconcile", "--json", "--apply", "--data-dir", str(folder))
    assert second.code == 0
    assert (second.data["node"]["orders"], second.data["node"]["fills_recovered"]) == (5, 0)
    assert json.loads(second.stdout)["venue"]["positions"] == {BTC: "0.500"}
