"""One node a trader id and an account: real nodes, real signals, a real Valkey that goes away."""

import json
import signal
import threading
import time
from datetime import datetime
from pathlib import Path

import pytest
from slow_line import slow_line
from stage import (
    MAKER_CLAIMS_BTC,
    PATIENCE_SECS,
    RESTING_BID,
    SEED,
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

from reconciliation.cache_client import connect
from reconciliation.embedded.cache import EmbeddedCache
from reconciliation.embedded.venue import VenueProcess

LEASE_SECS = 5.0
SHORT = {"RECON_NODE_LEASE_SECS": str(LEASE_SECS)}
OTHER_TRADER = {"RECON_NODE_TRADER_ID": "OTHER-001"}


@pytest.mark.parametrize("other", [{}, OTHER_TRADER], ids=["one trader id", "one account"])
def test_a_second_node_does_not_start_and_leaves_the_first_alone(
    stage: Stage, venue: VenueProcess, redis: str, other: dict[str, str]
) -> None:
    """Lease: exit 4 in seconds, naming who holds it; the first goes on, and its histories are as they were."""
    venue.control.seed(**SEED)
    variables = environment(venue, redis, RECON_CLAIMS=MAKER_CLAIMS_BTC)
    first = stage.node(variables, RESTING_BID)
    first.wait_for("node_started")
    acknowledged_bid(venue, NodeCache(redis))
    before = NodeCache(redis).histories()

    second = stage.node(variables | other, RESTING_BID)
    assert ended(second) == 4
    told = second.wait_for("lease_held")["reason"]
    held = "account:BINANCE:" if other else "trader:TESTER-001"
    assert f"another node holds {held}" in told
    assert f"trader TESTER-001 at {_host()}, pid {first.process.pid}, for " in told
    assert names(second)[-2:] == ["lease_awaited", "lease_held"]
    assert not [line for line in second.lines if "Traceback" in line]

    assert first.process.poll() is None
    assert NodeCache(redis).histories() == before
    clean_end(first)
    third = stage.node(variables, RESTING_BID)
    assert_agreement(venue, reconciled(third))
    clean_end(third)


def _host() -> str:
    return Path("/proc/sys/kernel/hostname").read_text("utf-8").strip()


def test_a_reconciliation_that_writes_is_a_second_writer(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Lease: `reconcile --apply` beside a node ends with 4; on a copy it may look."""
    variables = environment(venue, redis)
    node = stage.node(variables)
    node.wait_for("node_started")
    refused = stage.recon("reconcile", "--apply", "--json", **variables)
    assert refused.code == 4
    assert refused.data["reason"].startswith("another node holds trader:TESTER-001")
    assert stage.recon("reconcile", "--json", **variables).code == 0
    clean_end(node)
    assert stage.recon("reconcile", "--apply", "--json", **variables).code == 0


def test_a_node_that_was_paused_ends_and_touches_nothing(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Lease: another takes over; the paused one, awake again, exits 4 within one lease time, and writes nothing."""
    venue.control.seed(**SEED)
    variables = environment(venue, redis, RECON_CLAIMS=MAKER_CLAIMS_BTC, **SHORT)
    paused = stage.node(variables, RESTING_BID)
    paused.wait_for("node_started")
    bid = acknowledged_bid(venue, NodeCache(redis))
    paused.process.send_signal(signal.SIGSTOP)
    other = stage.node(variables)
    other.wait_for("node_started")
    # It has traded, and the paused node has the news in its socket's buffer.
    venue.control.fill(bid, price="50000", quantity="0.010")
    (trade,) = until(lambda: NodeCache(redis).trades(bid), "the other node has booked the fill")
    until(lambda: trade.encode() in in_positions(NodeCache(redis)), "in the position too, which is written later")
    before, asked = NodeCache(redis).histories(), len(venue.control.requests("POST /fapi/v1/order"))

    begun = time.monotonic()
    paused.process.send_signal(signal.SIGCONT)
    assert ended(paused, LEASE_SECS) == 4
    assert time.monotonic() - begun < LEASE_SECS
    assert names(paused)[-1] == "lease_lost"
    assert "the process was paused, or held by one long call, for" in paused.wait_for("lease_lost")["reason"]
    assert NodeCache(redis).histories() == before
    assert len(venue.control.requests("POST /fapi/v1/order")) == asked
    clean_end(other)


def in_positions(cache: NodeCache) -> bytes:
    return b"".join(event for events in cache.histories("positions").values() for event in events)


def test_a_killed_node_s_place_is_taken_at_once(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Lease: a supervisor starts it again, and nobody waits for the lease of the dead."""
    variables = environment(venue, redis)
    node = stage.node(variables)
    node.wait_for("node_started")
    node.kill()
    again = stage.node(variables)
    again.wait_for("node_started")
    assert "lease_awaited" not in names(again)
    clean_end(again)


def test_a_node_whose_database_restarts_holds_its_lease_again(
    stage: Stage, venue: VenueProcess, tmp_path: Path
) -> None:
    """Lease: while the database is away nobody can take it, and the node that had it goes on."""
    with EmbeddedCache(tmp_path / "cache") as cache:
        node = stage.node(environment(venue, cache.url, **SHORT))
        node.wait_for("node_started")
        cache.kill()
        node.wait_for("cache_unreachable")
        ends = time.monotonic() + LEASE_SECS + 1
        until(lambda: time.monotonic() > ends, "longer than the lease lasts")
        cache.come_back()
        node.wait_for("cache_reachable")
        with connect(cache.url) as admin:
            until(lambda: admin.get("recon:lease:trader:TESTER-001"), "it is held again")
        second = stage.recon("run", **environment(venue, cache.url, **SHORT))
        assert second.code == 4
        clean_end(node)


def test_a_node_whose_database_has_another_holder_ends(stage: Stage, venue: VenueProcess, redis: str) -> None:
    with connect(redis) as admin:
        node = stage.node(environment(venue, redis, **SHORT))
        node.wait_for("node_started")
        holder = json.loads(admin.get("recon:lease:trader:TESTER-001") or b"")
        admin.set("recon:lease:trader:TESTER-001", json.dumps(holder | {"host": "elsewhere", "key": "another"}))
        assert ended(node, LEASE_SECS) == 4
        assert "held by trader TESTER-001 at elsewhere" in node.wait_for("lease_lost")["reason"]


def test_whoever_wants_no_lease_is_told(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Lease: `--no-lease` starts beside another node, and says what that is worth."""
    variables = environment(venue, redis)
    node = stage.node(variables)
    node.wait_for("node_started")
    other = stage.node(variables | OTHER_TRADER | {"RECON_NODE_LEASE": "false"})
    other.wait_for("node_started")
    assert [event["id"] for event in other.events if event["event"] == "rule_broken"] == ["W39"]
    assert "lease_taken" not in names(other)
    clean_end(other)
    clean_end(node)
    told = stage.recon("run", "--no-lease", **environment(venue, "redis://127.0.0.1:1"))
    assert told.code == 3


def test_a_node_that_is_cut_off_ends_before_another_can_begin(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Lease: only its own way to the database is gone; told to exit then, it is over when the lease has expired."""
    cut = threading.Event()
    with slow_line(redis, 0.0, cut) as url:
        node = stage.node(environment(venue, url, RECON_NODE_ON_UNPROVEN_LEASE="exit", **SHORT))
        node.wait_for("node_started")
        cut.set()
        other = stage.node(environment(venue, redis, **SHORT))
        other.wait_for("node_started", PATIENCE_SECS)
        lost = node.wait_for("lease_lost")
        assert "the cache's database has not answered for" in lost["reason"]
        assert ended(node, LEASE_SECS) == 4
        taken = datetime.fromisoformat(other.wait_for("lease_taken")["timestamp"])
        assert datetime.fromisoformat(lost["timestamp"]) < taken
    clean_end(other)
