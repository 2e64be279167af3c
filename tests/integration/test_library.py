from pathlib import Path

from stage import SEED, NodeCache, Stage, environment

from reconciliation.drill.processes import VenueProcess

NODE = "library_node.py"


def test_a_node_of_ones_own_runs(stage: Stage, venue: VenueProcess, redis: str, tmp_path: Path) -> None:
    """Boot: `build_node().run()` of a user's own program reconciles before its actors start, and returns at a stop."""
    venue.post("seed", **SEED)
    told = tmp_path / "told"
    done = stage.script(NODE, str(told), **environment(venue, redis))
    assert done.code == 0, done.stderr
    assert told.read_text().splitlines() == ["running 3", "stopped"]
    assert NodeCache(redis).fills().total() == 2


def test_a_node_of_ones_own_that_cannot_reconcile_raises(
    stage: Stage, venue: VenueProcess, redis: str, tmp_path: Path
) -> None:
    """Boot: where startup reconciliation fails `run()` raises, no actor starts, and no zombie stays."""
    venue.post("seed", **SEED)
    venue.post("faults", call="GET /fapi/v1/openOrders", status=500)
    told = tmp_path / "told"
    done = stage.script(NODE, str(told), **environment(venue, redis))
    assert done.code == 0, done.stderr
    (refused,) = told.read_text().splitlines()
    assert refused.startswith("refused reconciliation: the query of /fapi/v1/openOrders failed")
