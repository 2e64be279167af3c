"""What an exit code says, by real processes; 4, the lease, is in `test_one_writer.py`."""

from collections.abc import Mapping

import pytest
from stage import HERE, NodeCache, Stage, clean_end, ended, environment, names, processes_in

from reconciliation.embedded.venue import VenueProcess

SHORT = {
    "RECON_NODE_TIMEOUT_CONNECTION": "4",
    "RECON_NODE_TIMEOUT_RECONCILIATION": "1",
    "RECON_NODE_TIMEOUT_PORTFOLIO": "1",
    "RECON_NODE_TIMEOUT_SHUTDOWN": "1",
}
GRACEFUL = {"RECON_NODE_GRACEFUL_SHUTDOWN_ON_EXCEPTION": "true"}
HARMFUL = {"RECON_NODE_TOLERATED_OUTAGE_SECS": "120", "RECON_NODE_GUARDS": "query_errors,time_limits"}


def test_0_asked_to_stop(stage: Stage, venue: VenueProcess, redis: str) -> None:
    node = stage.node(environment(venue, redis))
    clean_end(node)
    assert ended(node) == 0


def test_1_not_reconciled(stage: Stage, venue: VenueProcess, redis: str) -> None:
    venue.control.fail("GET /fapi/v1/openOrders", status=500)
    node = stage.node(environment(venue, redis))
    assert ended(node) == 1
    assert names(node)[-1] == "node_not_started"


@pytest.mark.parametrize("variables", [{}, GRACEFUL], ids=["at once", "graceful"])
def test_1_died(stage: Stage, venue: VenueProcess, redis: str, variables: Mapping[str, str]) -> None:
    """Boot: an exception in the engine's queue ends the process with 1, whichever way it stops."""
    node = stage.node(environment(venue, redis, PYTHONPATH=str(HERE), **variables), "misbehaving:faulty")
    assert ended(node) == 1
    assert (names(node)[-1] == "node_died") is bool(variables)


def test_1_stuck_without_a_trader(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Watchdog: the engine runs and its trader does not; the node leaves in order."""
    variables = environment(venue, redis, PYTHONPATH=str(HERE))
    node = stage.node(variables, "misbehaving:idle")
    assert ended(node) == 1
    assert names(node)[-4:] == ["node_stuck", "node_stopping", "stop_waits", "node_died"]
    assert node.wait_for("node_died")["reason"] == "the trader does not run, and the engine does"
    assert venue.control.requests("DELETE /fapi/v1/listenKey")
    assert NodeCache(redis).is_free()


def test_a_node_without_a_trader_is_only_told_where_that_is_wanted(
    stage: Stage, venue: VenueProcess, redis: str
) -> None:
    report = {"RECON_NODE_ON_STUCK": "report", "PYTHONPATH": str(HERE)}
    node = stage.node(environment(venue, redis, **report), "misbehaving:idle")
    node.wait_for("node_stuck")
    assert node.process.poll() is None
    clean_end(node)


def test_1_stuck_in_its_start(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """Watchdog: a client that nobody can await or cancel outlives every limit; the process ends all the same."""
    account = {name.replace("RECON_", "STOCK_"): value for name, value in venue.environment().items()}
    node = stage.node(account | SHORT | {"RECON_CACHE_URL": redis, "PYTHONPATH": str(HERE)}, "misbehaving:deaf")
    assert ended(node) == 1
    assert node.wait_for("node_stuck")["reason"] == "the start is not over after 16 s"
    assert names(node)[-1] == "node_died"
    assert NodeCache(redis).is_free()
    assert not [command for command in processes_in(stage.folder).values() if "misbehaving" in command]


@pytest.mark.parametrize("variables", [{"RECON_LOG_LEVEL": "loud"}, HARMFUL], ids=["settings", "rules"])
def test_2_settings_or_rules(stage: Stage, venue: VenueProcess, redis: str, variables: Mapping[str, str]) -> None:
    assert stage.recon("run", **environment(venue, redis, **variables)).code == 2
    assert NodeCache(redis).dump() == {}


def test_3_preflight(stage: Stage, venue: VenueProcess) -> None:
    assert stage.recon("run", **environment(venue, "redis://127.0.0.1:1")).code == 3
