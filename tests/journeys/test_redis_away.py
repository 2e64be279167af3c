"""The database behind the cache goes away under a stream of orders: it is told, the gate closes, and nothing is lost.

Of what the engine writes while its database is away, the first is always lost; with an order's first event go all later
ones, because they are appended only where there is a history.
"""

import pickle
import time
from functools import partial
from pathlib import Path

import order_stream
import pytest
from order_stream import Held
from stage import PATIENCE_SECS, TRADER, NodeCache, Stage, assert_agreement, clean_end, environment, names, until

from reconciliation.drill.node_process import NodeProcess
from reconciliation.embedded.cache import EmbeddedCache
from reconciliation.embedded.venue import VenueProcess
from reconciliation.node.cache_keys import TraderKeys

STREAM = "order_stream:configure"


def variables(venue: VenueProcess, cache: EmbeddedCache, folder: Path, **more: str) -> dict[str, str]:
    path = {"PYTHONPATH": str(Path(order_stream.__file__).parent)}
    return environment(venue, cache.url, **path, **{order_stream.FOLDER: str(folder)}, **more)


def writes(cache: EmbeddedCache) -> int:
    return sum(len(events) for events in NodeCache(cache.url).histories().values())


def streaming(stage: Stage, variables: dict[str, str], cache: EmbeddedCache) -> NodeProcess:
    """A node that has sent some orders."""
    node = stage.node(variables, STREAM)
    node.wait_for("node_started", PATIENCE_SECS)
    until(lambda: writes(cache) > 60, "the stream is under way")
    return node


def held_at_the_end(node: NodeProcess, cache: EmbeddedCache, folder: Path) -> Held:
    """What the node holds once its stream has ended, and it too."""
    (folder / "quiet").touch()
    before = -1
    quiet_since = time.monotonic()

    def is_quiet() -> bool:
        nonlocal before, quiet_since
        if (now := writes(cache)) != before:
            before, quiet_since = now, time.monotonic()
        return time.monotonic() - quiet_since > 1.5

    until(is_quiet, "the stream has ended")
    clean_end(node)
    (folder / "quiet").unlink()
    held: Held = pickle.loads((folder / "held").read_bytes())  # noqa: S301 - the node of this test wrote it
    return held


def assert_all_is_there(cache: EmbeddedCache, held: Held) -> None:
    """Byte for byte what the engine writes of what the node holds, and every index as its orders and positions are."""
    assert NodeCache(cache.url).histories("orders", "positions", "accounts") == held.histories
    written = held.written
    keys = TraderKeys(cache.url, TRADER, None)
    found = keys.read(written)
    keys.close()
    for index, members in written.members.items():
        wrong = {name for name, belongs in members.items() if belongs != (name in found.members[index])}
        assert not wrong, index
        assert found.members[index] <= members.keys(), index
    assert found.fields == written.fields
    assert found.values == written.values


def assert_a_warm_restart_agrees(stage: Stage, venue: VenueProcess, environment: dict[str, str], folder: Path) -> None:
    (folder / "quiet").touch()
    again = stage.node(environment, STREAM)
    event = again.wait_for("node_reconciled", PATIENCE_SECS)
    assert_agreement(venue, event)
    assert event["fills_recovered_ids"] == event["inferred_fill_ids"] == []
    again.wait_for("node_started", PATIENCE_SECS)
    assert not {"external_order_seen", "history_mended", "history_torn", "fill_inferred"} & set(names(again))
    clean_end(again)


@pytest.mark.parametrize(
    ("secs", "empty", "gate"),
    [
        (0.0, False, "halt_opens"),
        (2.0, False, "report"),
        (2.0, True, "halt_opens"),
        (20.0, False, "halt_opens"),
        (20.0, True, "report"),
    ],
    ids=["restarted at once", "2 s", "2 s, empty", "20 s", "20 s, empty"],
)
def test_nothing_is_lost(
    stage: Stage, venue: VenueProcess, tmp_path: Path, secs: float, gate: str, *, empty: bool
) -> None:
    """Cache: Redis killed under load is told within 2 s, and after its return all that the node holds is in it."""
    with EmbeddedCache(tmp_path / "cache") as cache:
        environment = variables(venue, cache, tmp_path, RECON_NODE_GATE=gate)
        node = streaming(stage, environment, cache)
        begun = time.monotonic()
        cache.kill()
        if secs:
            node.wait_for("cache_unreachable", 2)
            assert time.monotonic() - begun < 2
            node.wait_for("gate_closed", 1)
        until(lambda: time.monotonic() > begun + secs, "it was away for so long", secs + 5)
        cache.come_back(empty=empty)
        mended = node.wait_for("writes_mended", PATIENCE_SECS)
        assert mended["keys"]
        node.wait_for("gate_opened")
        told = names(node)
        assert told.index("cache_reachable") < told.index("writes_mended") < told.index("gate_opened")
        assert "writes_missing" not in told
        held = held_at_the_end(node, cache, tmp_path)
        assert_all_is_there(cache, held)
        assert_a_warm_restart_agrees(stage, venue, environment, tmp_path)


def test_what_would_be_written_again_is_what_an_undisturbed_node_writes(
    stage: Stage, venue: VenueProcess, tmp_path: Path
) -> None:
    """Cache: each history byte for byte, and each index, in the life that wrote it and in one that loaded it."""
    with EmbeddedCache(tmp_path / "cache") as cache:
        environment = variables(venue, cache, tmp_path)
        for _ in range(2):
            node = stage.node(environment, STREAM)
            node.wait_for("node_started", PATIENCE_SECS)
            until(partial(lambda begun: writes(cache) > begun + 200, writes(cache)), "the stream is under way")
            assert_all_is_there(cache, held_at_the_end(node, cache, tmp_path))
