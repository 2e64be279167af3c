"""Three nodes at one Redis, as `recon fleet` sees them: each a real process."""

import json
from typing import Any
from urllib.parse import quote

from stage import BTC, Stage, clean_end, ended, environment, until

from reconciliation.cache_client import connect
from reconciliation.embedded.venue import VenueProcess
from reconciliation.node.fleet_entry import PREFIX

ACCOUNT = "BINANCE-USDT_FUTURES-master"
PASSWORD = "canary/p@ssw:rd%1"
WATCHED = {"RECON_MONITOR_ENABLED": "true", "RECON_MONITOR_PORT": "0", "RECON_MONITOR_USER": "me"}


class Fleet:
    def __init__(self, stage: Stage, url: str) -> None:
        self._stage = stage
        self._url = url

    def told(self) -> dict[str, Any]:
        told = self._stage.recon("fleet", "--json", RECON_CACHE_URL=self._url)
        assert told.code == (1 if told.data["contested"] else 0), told.stderr
        assert told.stderr == ""
        return told.data

    def traders(self) -> list[str]:
        return [node["trader_id"] for node in self.told()["nodes"]]

    def text(self, *words: str) -> str:
        return self._stage.recon("fleet", *words, RECON_CACHE_URL=self._url).stdout

    def stored(self) -> dict[bytes, bytes]:
        with connect(self._url) as client:
            return {key: client.get(key) or b"" for key in client.scan_iter(f"{PREFIX}*")}


def test_three_nodes_are_a_fleet(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Two nodes trade one account, and the third does other things; one is killed and one is stopped."""
    with connect(redis) as client:
        client.config_set("requirepass", PASSWORD)
    url = redis.replace("redis://", f"redis://:{quote(PASSWORD, safe='')}@")
    fleet = Fleet(stage, url)
    with VenueProcess() as elsewhere:
        venue.control.seed(symbol="BTCUSDT", fills=20, open_orders=3, net="0.5")
        elsewhere.control.seed(symbol="BTCUSDT", fills=10, open_orders=1, net="-0.2")
        # That two share an account is what is to be found; with leases the second would not start.
        watched = WATCHED | {"RECON_MONITOR_PASSWORD": PASSWORD, "RECON_NODE_LEASE": "false"}
        one, two, three = (
            stage.node(environment(at, url, RECON_NODE_TRADER_ID=trader, RECON_PRESET=preset, **watched))
            for at, trader, preset in (
                (venue, "MAKER-001", "standard"),
                (venue, "MAKER-002", "standard"),
                (elsewhere, "TAKER-001", "aggressive"),
            )
        )
        for node in (one, two, three):
            node.wait_for("node_started")
        until(lambda: [node["is_ready"] for node in fleet.told()["nodes"]] == [True] * 3, "all are ready")

        told = fleet.told()
        first, second, third = told["nodes"]
        assert [node["trader_id"] for node in told["nodes"]] == ["MAKER-001", "MAKER-002", "TAKER-001"]
        assert [node["pid"] for node in told["nodes"]] == [node.process.pid for node in (one, two, three)]
        assert [node["monitor_url"] for node in told["nodes"]] == [
            node.wait_for("node_monitored")["url"] for node in (one, two, three)
        ]
        for node, shown in zip((one, two, three), told["nodes"], strict=True):
            boot = node.wait_for("node_boot")
            assert (shown["preset"], shown["fingerprint"]) == (boot["preset"], boot["fingerprint"])
            assert shown["engine_version"].startswith("1.")
        assert told["fingerprint"] == first["fingerprint"] == second["fingerprint"] != third["fingerprint"]
        assert told["differing"] == [third["instance_id"]]
        assert told["contested"] == [{"account": ACCOUNT, "nodes": [first["instance_id"], second["instance_id"]]}]
        until(lambda: fleet.told()["exposure"] == {BTC: "0.300"}, "both accounts are summed, the shared one once")
        held = {(row["account_key"], row["net"]): len(row["nodes"]) for row in fleet.told()["accounts"]}
        assert held == {(first["account_key"], "0.500"): 2, (third["account_key"], "-0.200"): 1}

        text = fleet.text()
        (marked,) = [line for line in text.splitlines() if line.startswith("*") and "TAKER-001" in line]
        assert third["fingerprint"] in marked
        assert f"account {ACCOUNT} is claimed by 2 nodes: {first['instance_id']} (MAKER-001" in text
        different = {
            item["key"]: item
            for item in json.loads(fleet.text("--diff", "MAKER-001", "TAKER-001", "--json"))["differences"]
        }
        assert different["reconciliation.inflight_check_retries"]["a"]["value"] == 5
        assert different["reconciliation.inflight_check_retries"]["b"]["value"] == 15
        assert not [key for key in different if key.startswith("cache.")]

        stored = b"".join(key + value for key, value in fleet.stored().items()).decode()
        secrets = [PASSWORD, quote(PASSWORD, safe=""), json.dumps(PASSWORD)[1:-1]]
        secrets += [secret for at in (venue, elsewhere) for secret in (at.api_key, at.api_secret)]
        assert "RECON_VENUE_API_SECRET" in stored
        assert [secret for secret in secrets if secret in stored] == []

        two.kill()
        until(lambda: fleet.traders() == ["MAKER-001", "TAKER-001"], "the killed one has expired")
        assert fleet.told()["contested"] == []
        clean_end(three)
        assert fleet.traders() == ["MAKER-001"]
        clean_end(one)
        assert fleet.stored() == {}
        for node in (one, two, three):
            ended(node)


def test_who_does_not_publish_or_is_not_watched_is_not_there(stage: Stage, venue: VenueProcess, redis: str) -> None:
    quiet = stage.node(environment(venue, redis, **WATCHED, RECON_MONITOR_PASSWORD="p", RECON_MONITOR_PUBLISH="false"))
    unwatched = stage.node(environment(venue, redis, RECON_NODE_TRADER_ID="OTHER-001", RECON_NODE_LEASE="false"))
    for node in (quiet, unwatched):
        node.wait_for("node_started")
    assert Fleet(stage, redis).stored() == {}
    for node in (quiet, unwatched):
        clean_end(node)
