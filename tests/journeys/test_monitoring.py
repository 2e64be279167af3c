"""A node that is watched: what its endpoints say from its boot to its end, over real processes and sockets."""

import json
import re
import time
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from stage import RESTING_BID, NodeCache, Stage, acknowledged_bid, clean_end, environment, names, until

from reconciliation.drill.node_process import NodeProcess
from reconciliation.embedded.cache import EmbeddedCache
from reconciliation.embedded.venue import VenueProcess

NOTICED_SECS = 10.0
"""It takes two seconds on a machine that has them to itself."""
WATCHED = {"RECON_MONITOR_ENABLED": "true", "RECON_MONITOR_PORT": "0", "RECON_PRESET": "aggressive"}


def asked(node: NodeProcess, path: str) -> tuple[int, str]:
    connection = HTTPConnection(urlsplit(node.wait_for("node_monitored")["url"]).netloc, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    told = answer.status, answer.read().decode()
    connection.close()
    return told


def ready(node: NodeProcess) -> bool:
    return asked(node, "/readyz")[0] == 200


def status(node: NodeProcess) -> Any:
    return json.loads(asked(node, "/status")[1])


def metric(node: NodeProcess, name: str, **labels: str) -> float:
    """The value of the one sample that has these labels."""
    told = [
        line for line in asked(node, "/metrics")[1].splitlines() if line.startswith(f"nautilus_reconciliation_{name}{{")
    ]
    wanted = [line for line in told if all(f'{key}="{value}"' in line for key, value in labels.items())]
    (only,) = wanted
    return float(re.split(r"\s+", only)[-1])


def test_a_node_is_ready_once_it_trades_and_tells_what_it_recovered(
    stage: Stage, venue: VenueProcess, redis: str
) -> None:
    env = environment(venue, redis, **WATCHED)
    node = stage.node(env, RESTING_BID)
    until(lambda: ready(node), "the node is ready")
    assert metric(node, "reconciled") == 1
    assert metric(node, "state", state="MONITORING") == 1
    until(lambda: 0 < metric(node, "request_weight") < 2_400, "the venue tells of its weight")
    assert metric(node, "request_weight_limit") == 2_400
    bid = acknowledged_bid(venue, NodeCache(redis))
    until(lambda: metric(node, "open_orders") == 1, "its bid is counted")

    venue.control.mute()
    venue.control.fill(bid, quantity="0.004")
    until(lambda: metric(node, "fills_recovered_total", origin="runtime") == 1, "the check brought it in")
    assert status(node)["fills"] == {
        "recovered": {"startup": 0, "runtime": 1},
        "last_recovered": 1,
        "inferred": 0,
        "duplicate": 0,
    }
    told = node.wait_for("fill_recovered")
    assert (told["client_order_id"], told["trade_id"]) == (bid, "1001")
    venue.control.unmute()

    venue.control.fail("GET /fapi/v1/openOrders", status=503)
    until(lambda: not ready(node), "a check fails")
    assert "503" in json.loads(asked(node, "/readyz")[1])["missing"]["checks"]
    assert asked(node, "/healthz")[0] == 200
    assert metric(node, "reconciled") == 0
    venue.control.clear_faults()
    until(lambda: ready(node), "the check goes well again")
    clean_end(node)

    venue.control.fill(bid, quantity="0.002")
    again = stage.node(env)
    until(lambda: ready(again), "it is back")
    assert metric(again, "fills_recovered_total", origin="startup") == 1
    assert metric(again, "fills_recovered_total", origin="runtime") == 0
    assert metric(again, "last_run_fills_recovered") == 1
    clean_end(again)


def test_a_cache_that_is_away_is_told_at_once_and_makes_it_not_ready(stage: Stage, venue: VenueProcess) -> None:
    with EmbeddedCache() as cache:
        node = stage.node(environment(venue, cache.url, **WATCHED))
        until(lambda: ready(node), "the node is ready")
        assert metric(node, "cache_reachable") == 1
        cache.kill()
        begun = time.monotonic()
        node.wait_for("cache_unreachable")
        assert time.monotonic() - begun < NOTICED_SECS
        until(lambda: not ready(node), "it is not ready")
        assert list(json.loads(asked(node, "/readyz")[1])["missing"]) == ["cache"]
        assert metric(node, "cache_reachable") == 0
        cache.come_back()
        assert node.wait_for("cache_reachable")["secs"] > 0
        until(lambda: ready(node), "it is ready again")
        assert metric(node, "cache_losses_total") == 1
        clean_end(node)


def test_a_port_that_is_taken_is_told_before_anything_is_asked_of_the_venue(
    stage: Stage, venue: VenueProcess, redis: str
) -> None:
    first = stage.node(environment(venue, redis, **WATCHED))
    port = first.wait_for("node_monitored")["url"].rpartition(":")[2]
    first.wait_for("node_started")
    venue.control.clear_requests()
    env = environment(venue, redis, RECON_NODE_TRADER_ID="OTHER-001", RECON_NODE_LEASE="false")
    told = stage.recon("run", **env | WATCHED | {"RECON_MONITOR_PORT": port})
    assert told.code == 3
    (refused,) = told.events("preflight_failed")
    assert refused["reason"] == (
        f"the monitor's port {port} at 127.0.0.1 is taken; give this node a RECON_MONITOR_PORT of its own"
    )
    assert not [call for call in venue.control.requests() if call.call == "GET /fapi/v1/exchangeInfo"]
    clean_end(first)


def test_a_certificate_that_cannot_be_read_is_told(stage: Stage, venue: VenueProcess, redis: str) -> None:
    files = {"RECON_MONITOR_TLS_CERTIFICATE": "nowhere.pem", "RECON_MONITOR_TLS_KEY": "nowhere.pem"}
    told = stage.recon("run", **environment(venue, redis) | WATCHED | files)
    assert told.code == 3
    assert "the monitor's certificate or its key cannot be used" in told.events("preflight_failed")[0]["reason"]


def test_a_node_that_nobody_watches_serves_and_tells_nothing(stage: Stage, venue: VenueProcess, redis: str) -> None:
    node = stage.node(environment(venue, redis))
    node.wait_for("node_started")
    clean_end(node)
    assert "node_monitored" not in names(node)
