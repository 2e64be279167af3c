import signal

import pytest
from stage import PATIENCE_SECS, Stage, calls, clean_end, ended, environment, names, until

from reconciliation.drill.processes import VenueProcess

SIGNALS = [signal.SIGTERM, signal.SIGINT]


@pytest.mark.parametrize("sign", SIGNALS)
def test_a_signal_stops_a_running_node(stage: Stage, venue: VenueProcess, redis: str, sign: signal.Signals) -> None:
    """Boot: SIGTERM and SIGINT stop a node cleanly with exit 0, and its listen key goes with it."""
    node = stage.node(environment(venue, redis))
    clean_end(node, sign)
    assert names(node)[-1] == "node_stopped"
    assert calls(venue, "DELETE /fapi/v1/listenKey")


@pytest.mark.parametrize(
    ("sign", "call"),
    [(signal.SIGTERM, "GET /fapi/v1/openOrders"), (signal.SIGINT, "GET /fapi/v2/account")],
    ids=["SIGTERM-reconciling", "SIGINT-connecting"],
)
def test_a_signal_stops_a_boot_on_a_hung_venue(
    stage: Stage, venue: VenueProcess, redis: str, sign: signal.Signals, call: str
) -> None:
    """Boot: a signal is heard while the venue does not answer; exit 0, not after the venue's own time."""
    venue.post("faults", call=call, delay_secs=600)
    node = stage.node(environment(venue, redis))
    until(lambda: calls(venue, call), "the node waits for the venue's answer")
    assert node.stop(sign) == 0
    assert ended(node, PATIENCE_SECS) == 0
    assert "node_stopped" in names(node)
    assert not {"node_reconciled", "node_started", "node_died"} & set(names(node))
