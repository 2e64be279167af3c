import os

from stage import (
    BTC,
    HERE,
    SEED,
    NodeCache,
    Stage,
    assert_agreement,
    clean_end,
    ended,
    environment,
    names,
    reconciled,
    until,
)

from reconciliation.embedded.venue import VenueProcess
from reconciliation.settings.guards import GUARDS

CURED = (
    "the stock client no longer makes up the phantom position at a warm restart: "
    "the guard in engine/v1/guards/symbols.py can go"
)


def test_a_restart_with_nothing_new_changes_nothing(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """No duplicate fill: three boots leave the histories as the first one wrote them, with one position."""
    venue.control.seed(**SEED)
    cache = NodeCache(redis)
    first: dict[str, list[bytes]] = {}
    for boot in range(3):
        node = stage.node(environment(venue, redis))
        event = reconciled(node)
        assert event["fills_recovered_ids"] == ([] if boot else [f"{BTC}:1019", f"{BTC}:1020"])
        assert (event["node"]["orders"], event["node"]["fills"]) == (5, 2)
        clean_end(node)
        assert_agreement(venue, event, cache)
        first = first or cache.histories()
        assert cache.histories() == first
    assert [key for key in first if key.startswith("positions:")] == [f"positions:{BTC}-BOTH"]


def test_the_symbol_guard_is_still_needed(stage: Stage, venue: VenueProcess, redis: str) -> None:
    """No duplicate fill: at a warm restart with an open position the guarded client adds none, the stock one does."""
    # One fill from flat: the shape of history that upstream's double view of it turns into a second position.
    venue.control.place("BTCUSDT", "BUY", "0.5")
    env = environment(venue, redis)
    cache = NodeCache(redis)
    assert stage.recon("reconcile", "--apply", **env).code == 0
    before = cache.histories()
    guarded = stage.recon("reconcile", "--json", "--apply", **env)
    assert guarded.code == 0
    assert guarded.data["node"]["positions"] == {BTC: "0.500"}
    assert cache.histories() == before, "the guard is installed and nothing is made up"

    stock = {name.replace("RECON_", "STOCK_"): value for name, value in venue.environment().items()}
    path = os.pathsep.join(filter(None, [str(HERE), os.environ.get("PYTHONPATH")]))
    # The guard that keeps a history whole hides what its doubling does.
    without = ",".join(name for name in GUARDS if name != "whole_history")
    env = stock | {"RECON_CACHE_URL": redis, "PYTHONPATH": path, "RECON_NODE_GUARDS": without}
    node = stage.node(env, "stock_clients:configure_own")
    until(lambda: {"node_reconciled", "node_not_reconciled"} & set(names(node)), "the stock client reconciled")
    until(lambda: cache.histories("positions").keys() - before.keys(), CURED, 5)
    event = node.wait_for("node_not_reconciled")
    assert event["differences"] == [{"kind": "position", "key": BTC, "venue": "0.500", "node": "0"}]
    assert ended(node) == 1, "the second look refuses to start on a phantom"
