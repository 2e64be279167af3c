import signal
import time

import pytest
from stage import (
    MAKER_CLAIMS_BTC,
    PATIENCE_SECS,
    RESTING_BID,
    NodeCache,
    Stage,
    acknowledged_bid,
    clean_end,
    ended,
    environment,
    names,
    processes_in,
    trades_of,
    until,
)

from reconciliation import load
from reconciliation.embedded.venue import VenueProcess
from reconciliation.node.signals import ONE_WISH_SECS
from reconciliation.rules.stages import COMPARED_WITHIN_SECS, shutdown_secs

SIGNALS = [signal.SIGTERM, signal.SIGINT]
SHORT_STOP = {
    "RECON_NODE_TIMEOUT_POST_STOP": "1",
    "RECON_NODE_TIMEOUT_DISCONNECTION": "2",
    "RECON_NODE_TIMEOUT_SHUTDOWN": "2",
}
SPARE_SECS = 3.0
"""What the process itself takes to end on a busy machine."""


@pytest.mark.parametrize("sign", SIGNALS)
def test_a_signal_stops_a_running_node(stage: Stage, venue: VenueProcess, redis: str, sign: signal.Signals) -> None:
    """Boot: SIGTERM and SIGINT stop a node cleanly with exit 0, and its listen key goes with it."""
    node = stage.node(environment(venue, redis))
    clean_end(node, sign)
    assert names(node)[-1] == "node_stopped"
    assert venue.control.requests("DELETE /fapi/v1/listenKey")


@pytest.mark.parametrize(
    ("sign", "call"),
    [(signal.SIGTERM, "GET /fapi/v1/openOrders"), (signal.SIGINT, "GET /fapi/v2/account")],
    ids=["SIGTERM-reconciling", "SIGINT-connecting"],
)
def test_a_signal_stops_a_boot_on_a_hung_venue(
    stage: Stage, venue: VenueProcess, redis: str, sign: signal.Signals, call: str
) -> None:
    """Boot: a signal is heard while the venue does not answer; exit 0, not after the venue's own time."""
    venue.control.fail(call, delay_secs=600)
    node = stage.node(environment(venue, redis))
    until(lambda: venue.control.requests(call), "the node waits for the venue's answer")
    assert node.stop(sign) == 0
    assert ended(node, PATIENCE_SECS) == 0
    assert "node_stopped" in names(node)
    assert not {"node_reconciled", "node_started", "node_died"} & set(names(node))


@pytest.mark.parametrize("after", ["node_started", "check_ended"], ids=["in the delay", "while checks run"])
def test_a_stop_writes_what_there_is_and_gives_the_lease_back(
    stage: Stage, venue: VenueProcess, redis: str, after: str
) -> None:
    """Boot: SIGTERM in the delay before the first check and while checks run: all is written, and nobody is left."""
    claims = {"RECON_CLAIMS": MAKER_CLAIMS_BTC, "RECON_LOG_LEVEL": "DEBUG"}
    node = stage.node(environment(venue, redis, **claims), RESTING_BID)
    node.wait_for(after)
    bid = acknowledged_bid(venue, NodeCache(redis))
    venue.control.fill(bid, price="50000", quantity="0.004")
    (trade,) = until(lambda: trades_of(venue, bid), "the venue has filled it")
    assert node.stop() == 0
    assert ended(node) == 0
    assert trade in NodeCache(redis).trades(bid)
    assert NodeCache(redis).is_free()
    assert not [command for command in processes_in(stage.folder).values() if "reconciliation run" in command]


def test_a_stop_ends_within_its_budget_and_says_what_it_waits_for(
    stage: Stage, venue: VenueProcess, redis: str
) -> None:
    """Boot: a venue that hangs at the end delays it no longer than the settings say."""
    node = stage.node(environment(venue, redis, **SHORT_STOP))
    node.wait_for("node_started")
    venue.control.fail("*", delay_secs=600)
    begun = time.monotonic()
    assert node.stop() == 0
    budget = shutdown_secs(load(env=SHORT_STOP).node) - COMPARED_WITHIN_SECS  # the cache was never away
    assert time.monotonic() - begun < budget + SPARE_SECS
    assert ended(node) == 0
    waits = [event["what"] for event in node.events if event["event"] == "stop_waits"]
    assert waits == ["what the venue still has to tell", "the clients to disconnect"]
    assert names(node)[-1] == "node_stopped"
    assert NodeCache(redis).is_free()


@pytest.mark.parametrize("sign", SIGNALS)
def test_a_second_signal_ends_at_once(stage: Stage, venue: VenueProcess, redis: str, sign: signal.Signals) -> None:
    """Boot: who cannot wait for the stop asks once more; the exit code is 128 and the signal's number."""
    node = stage.node(environment(venue, redis, RECON_NODE_TIMEOUT_POST_STOP="300"))
    node.wait_for("node_started")
    node.process.send_signal(signal.SIGTERM)
    node.process.send_signal(signal.SIGTERM)  # as a terminal that is closed does
    assert node.wait_for("stop_waits")["up_to_secs"] == 300
    begun = time.monotonic()
    until(lambda: time.monotonic() > begun + ONE_WISH_SECS, "the second is a wish of its own")
    assert node.process.poll() is None
    assert node.stop(sign) == 128 + sign
    assert ended(node) == 128 + sign
    assert node.lines[-1] == f"a second signal, {sign.name}: ended at once"


@pytest.mark.timeout(300)
def test_no_signal_is_lost_over_a_whole_boot(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Boot: 100 nodes are each told to stop a little later; every one ends by itself, and none with an error.

    What comes before a node hears signals ends it at once: nothing is started by then.
    """
    told = stage.script("forked_boots.py", "100", variables=environment(venue, redis), within_secs=280)
    assert told.code == 0, told.stderr
    ends = told.data["ends"]
    assert len(ends) == 100
    assert [end for end in ends if end["code"] not in {0, -signal.SIGTERM}] == []
    heard = [end for end in ends if end["code"] == 0]
    assert any("node_boot" not in end["events"] for end in heard), "some came before the node was built"
    assert any("node_stopped" in end["events"] for end in heard), "some came to a node that ran"


@pytest.mark.usefixtures("no_forks")
@pytest.mark.parametrize("after_secs", [0.3, 0.8, 1.3])
def test_no_signal_is_lost_while_the_engine_is_imported(
    stage: Stage, venue: VenueProcess, redis: str, after_secs: float
) -> None:
    """Boot: the same where the engine is being imported, which may make another error of an interruption."""
    node = stage.node(environment(venue, redis))
    time.sleep(after_secs)  # the moment is what is tested
    assert node.stop() in {0, -signal.SIGTERM}
    assert ended(node) in {0, -signal.SIGTERM}
    assert not any("Traceback" in line for line in node.lines)
