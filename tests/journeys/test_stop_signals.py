import signal
import time

import pytest
from stage import PATIENCE_SECS, Stage, clean_end, ended, environment, names, until

from reconciliation.embedded.venue import VenueProcess

SIGNALS = [signal.SIGTERM, signal.SIGINT]


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
