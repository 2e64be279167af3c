import json
from pathlib import Path

import pytest
from stage import SEED, NodeCache, Stage, Told, environment

from reconciliation.embedded.venue import VenueProcess

HASTY = {"RECON_OPEN_CHECK_INTERVAL_SECS": "4"}


@pytest.fixture
def told(tmp_path: Path) -> Path:
    return tmp_path / "told"


def played(stage: Stage, told: Path, *arguments: str, **variables: str) -> Told:
    done = stage.script("library_node.py", str(told), *arguments, variables=variables)
    assert done.code == 0, done.stderr
    return done


def test_a_node_of_ones_own_runs(stage: Stage, venue: VenueProcess, redis: str, told: Path) -> None:
    """Boot: `build_node().run()` of a user's own program reconciles before its actors start, and returns at a stop.

    What `recon run` tells is told here too, and the report and the findings are the node's to show.
    """
    venue.control.seed(**SEED)
    done = played(stage, told, **environment(venue, redis, **HASTY))
    assert told.read_text().splitlines() == ["running 3", "stopped True ['W32']"]
    assert NodeCache(redis).fills().total() == 2
    names = [json.loads(line)["event"] for line in done.stderr.splitlines() if line.startswith("{")]
    assert names == [
        "node_boot",
        "rule_broken",
        "lease_taken",
        "clients_connected",
        *["external_order_seen"] * 3,
        "node_reconciled",
        "node_started",
        "node_stopping",
        "stop_waits",
        "node_stopped",
    ]


def test_its_life_can_be_observed(stage: Stage, venue: VenueProcess, redis: str, told: Path) -> None:
    """Typed events, in their order; with observers of one's own nothing is logged."""
    done = played(stage, told, "observed", **environment(venue, redis))
    assert told.read_text().splitlines() == [
        "event Booting",
        "event LeaseTaken",
        "event Connected",
        "event Reconciled",
        "event Verified True",
        "running 0",
        "event Started",
        "event Stopping",
        "event StopWaits",
        "event Stopped",
        "stopped True []",
    ]
    assert "node_boot" not in done.stderr


def test_a_node_of_ones_own_that_cannot_reconcile_raises(
    stage: Stage, venue: VenueProcess, redis: str, told: Path
) -> None:
    """Boot: where startup reconciliation fails `run()` raises, no actor starts, and no zombie stays."""
    venue.control.seed(**SEED)
    venue.control.fail("GET /fapi/v1/openOrders", status=500)
    played(stage, told, **environment(venue, redis))
    (refused,) = told.read_text().splitlines()
    assert refused.startswith("refused reconciliation: the query of /fapi/v1/openOrders failed")


def test_its_surroundings_are_looked_at(stage: Stage, venue: VenueProcess, told: Path) -> None:
    """Boot: a cache that is down is told within seconds, before the engine is built; not after minutes in it."""
    played(stage, told, **environment(venue, "redis://127.0.0.1:1"))
    (refused,) = told.read_text().splitlines()
    assert refused.startswith("not built: PreflightError, exit 3: the cache at redis://127.0.0.1:1 cannot be reached")
    asked = {request.call for request in venue.control.requests()}
    assert asked <= {"GET /fapi/v1/time", "GET /fapi/v1/positionSide/dual"}


def test_all_that_is_missing_is_told_at_once(stage: Stage, told: Path) -> None:
    played(stage, told)
    (refused,) = told.read_text().splitlines()
    assert refused.startswith("not built: SurroundingsMissingError, exit 2: there is no execution client; ")
    assert "no cache database is given; set RECON_CACHE_URL" in refused


def test_a_node_on_a_loop_of_ones_own_stops_when_it_is_cancelled(
    stage: Stage, venue: VenueProcess, redis: str, told: Path
) -> None:
    """It does not trade on unwatched, and what else runs on the loop goes on."""
    played(stage, told, "cancelled", **environment(venue, redis))
    assert told.read_text().splitlines() == [
        "event Booting",
        "event LeaseTaken",
        "event Connected",
        "event Reconciled",
        "event Verified True",
        "event Started",
        "run: run() was called on a running event loop; await run_async() instead",
        "event Stopping",
        "event StopWaits",
        "event Stopped",
        "cancelled True, running False",
        "memory set aside True",
        "memory set aside False",
        "other work goes on",
    ]
    assert venue.control.requests("DELETE /fapi/v1/listenKey")


def test_a_node_that_was_built_for_another_loop_says_so(
    stage: Stage, venue: VenueProcess, redis: str, told: Path
) -> None:
    played(stage, told, "elsewhere", **environment(venue, redis))
    (refused,) = told.read_text().splitlines()
    assert refused.startswith("run_async: the node was built for another event loop; build it on the loop")
