import socket
from typing import Any

import pytest
from stage import (
    SEED,
    NodeCache,
    Stage,
    assert_agreement,
    clean_end,
    ended,
    environment,
    names,
    reconciled,
    seconds_between,
)

from reconciliation.drill.node_process import NodeProcess
from reconciliation.embedded.venue import VenueProcess

OPEN_ORDERS = "GET /fapi/v1/openOrders"
QUERIES = ["GET /fapi/v1/allOrders", "GET /fapi/v1/userTrades", OPEN_ORDERS, "GET /fapi/v3/positionRisk"]

# Well below every time limit of the defaults that could end the node instead.
QUICKLY_SECS = 10.0


def refusal(node: NodeProcess) -> dict[str, Any]:
    """How a node said that it did not start; it must not have said that it did."""
    assert not {"node_reconciled", "node_started", "node_stopped"} & set(names(node))
    told = node.wait_for("node_not_started")
    assert seconds_between(node.wait_for("node_boot"), told) < QUICKLY_SECS
    return told


def test_a_hung_venue_is_not_awaited_for_ever(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Startup reconciliation: the time limit is enforced, and past it the node ends with exit 1."""
    venue.control.fail(OPEN_ORDERS, delay_secs=120)
    node = stage.node(environment(venue, redis, RECON_NODE_TIMEOUT_RECONCILIATION="2"))
    assert ended(node) == 1
    told = refusal(node)
    assert told["stage"] == "reconciliation"
    assert "timeout_reconciliation (2 s)" in told["reason"]
    assert seconds_between(node.wait_for("node_boot"), node.wait_for("node_not_reconciled")) >= 2


@pytest.mark.parametrize("call", QUERIES)
def test_a_query_that_fails_once_is_asked_again(stage: Stage, venue: VenueProcess, redis: str, call: str) -> None:
    """100 % fills: one failed report query costs a second, and neither an order nor a fill."""
    venue.control.seed(**SEED)
    venue.control.fail(call, status=500, times=1)
    node = stage.node(environment(venue, redis))
    event = reconciled(node)
    assert_agreement(venue, event)
    assert (event["node"]["orders"], event["node"]["fills_recovered"], event["node"]["inferred_fills"]) == (5, 2, 0)
    assert next(logged.status for logged in venue.control.requests(call)) == 500
    clean_end(node)


@pytest.mark.parametrize("call", QUERIES)
def test_a_query_that_keeps_failing_refuses_to_start(stage: Stage, venue: VenueProcess, redis: str, call: str) -> None:
    """Startup reconciliation: what could not be asked is never taken for absent; exit 1, and nothing is made up."""
    venue.control.seed(**SEED)
    venue.control.fail(call, status=500)
    node = stage.node(environment(venue, redis))
    assert ended(node) == 1
    told = refusal(node)
    assert told["stage"] == "reconciliation"
    assert call.split()[1] in told["reason"]
    assert NodeCache(redis).histories() == {}


def test_a_missed_fill_waits_for_the_trades(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """No duplicate fill: while trades cannot be asked a known order's missed fill is not made up from its quantity."""
    env = environment(venue, redis)
    cache = NodeCache(redis)
    venue.control.place("BTCUSDT", "BUY", "0.010", price="50000", client_order_id="known")
    assert stage.recon("reconcile", "--apply", **env).code == 0
    venue.control.fill("known")
    venue.control.fail("GET /fapi/v1/userTrades", status=500)
    assert stage.recon("reconcile", "--apply", **env).code == 1
    assert cache.trades("known") == []
    venue.control.clear_faults()
    assert stage.recon("reconcile", "--apply", **env).code == 0
    assert cache.trades("known") == ["1001"]


def test_a_rate_limit_is_not_asked_again(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Startup reconciliation: asking again would turn 429 into a ban, so one answer is enough to refuse."""
    venue.control.seed(**SEED)
    venue.control.fail("GET /fapi/v1/allOrders", status=429)
    told = stage.recon("reconcile", "--json", **environment(venue, redis))
    assert told.code == 1
    assert "HTTP 429" in told.data["reason"]
    assert len(venue.control.requests("GET /fapi/v1/allOrders")) == 1


def test_an_unreadable_answer_refuses_to_start(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Startup reconciliation: malformed JSON is a failed query."""
    venue.control.seed(**SEED)
    venue.control.fail(OPEN_ORDERS, body="[{half")
    node = stage.node(environment(venue, redis))
    assert ended(node) == 1
    assert refusal(node)["stage"] == "reconciliation"
    assert NodeCache(redis).histories() == {}


def test_a_refused_key_ends_the_boot_at_once(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Boot: a venue that refuses the key is not usable, exit 3, without waiting for the connection time limit."""
    venue.control.fail("GET /fapi/v2/account", status=401, body={"code": -2015, "msg": "Invalid API-key."})
    node = stage.node(environment(venue, redis))
    assert ended(node) == 3
    told = refusal(node)
    assert told["stage"] == "connection"
    assert "401" in told["reason"]


def test_a_venue_that_is_not_there_ends_the_boot_at_once(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Boot: nobody listening at the venue's address is not usable, exit 3, before the engine is built."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: refuses
        port = unused.getsockname()[1]
        gone = {
            "RECON_VENUE_HTTP_URL": f"http://127.0.0.1:{port}",
            "RECON_VENUE_STREAM_URL": f"ws://127.0.0.1:{port}",
        }
        node = stage.node(environment(venue, redis, **gone))
        assert ended(node) == 3
        assert names(node) == ["preflight_failed"]
        assert f"127.0.0.1:{port} does not answer" in node.events[0]["reason"]
