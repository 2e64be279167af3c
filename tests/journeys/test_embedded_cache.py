import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from stage import SEED, NodeCache, Stage, clean_end, ended, processes_in, reconciled, until, valkeys_in

from reconciliation.cache_client import connect
from reconciliation.embedded.cache import EmbeddedCache
from reconciliation.embedded.venue import VenueProcess

LEAVE_AN_ORPHAN = """
import os, signal, sys
from pathlib import Path
from reconciliation.embedded.cache import EmbeddedCache
EmbeddedCache(Path(sys.argv[1])).__enter__()
os.kill(os.getpid(), signal.SIGKILL)
"""


def orphan(folder: Path) -> int:
    """Leave a server behind on a folder as a killed node does; return its process id."""
    done = subprocess.run([sys.executable, "-c", LEAVE_AN_ORPHAN, str(folder)], check=False)
    assert done.returncode == -signal.SIGKILL
    (pid,) = valkeys_in(folder.resolve())
    return pid


def listening_on(port: int) -> set[str]:
    """The local addresses, as the kernel writes them, on which a port listens."""
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *_ = line.split()
            address, _, number = local.partition(":")
            if state == "0A" and int(number, 16) == port:
                found.add(address)
    return found


def test_it_listens_on_loopback_only(tmp_path: Path) -> None:
    """Cache: nobody but this machine reaches the embedded cache, and its folder is the user's alone."""
    with EmbeddedCache(tmp_path / "cache") as cache:
        assert listening_on(cache.port) == {"0100007F"}
        assert (tmp_path / "cache").stat().st_mode & 0o077 == 0
    assert listening_on(cache.port) == set()


def test_a_folder_behind_a_link_is_served(tmp_path: Path) -> None:
    """Cache: the server names its folder without symbolic links, which is no reason not to know it again."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    pid = orphan(tmp_path / "link" / "cache")
    with EmbeddedCache(tmp_path / "link" / "cache") as cache:
        assert cache.adopted is True
        assert list(valkeys_in(tmp_path)) == [pid]


def test_an_orphan_is_adopted_with_its_data(stage: Stage, venue: VenueProcess) -> None:
    """Cache: what a killed node's server holds is there for the next node, and a clean stop ends the server."""
    venue.control.seed(**SEED)
    killed = stage.node(venue.environment())
    reconciled(killed)
    started = killed.wait_for("embedded_cache")
    assert started["adopted"] is False
    # A kill loses what the engine still had in its queue of writes; the next boot would recover it again.
    cache = NodeCache(started["url"])
    # Three open orders of two events, two filled ones of three, and a position of two fills.
    until(lambda: sum(map(len, cache.histories().values())) == 3 * 2 + 2 * 3 + 2, "every event is written")
    written = cache.histories()
    killed.kill()
    (pid,) = valkeys_in(stage.folder)

    node = stage.node(venue.environment())
    assert (reconciled(node)["node"]["orders"], reconciled(node)["node"]["fills"]) == (5, 2)
    assert reconciled(node)["fills_recovered_ids"] == []
    assert cache.histories() == written
    assert node.wait_for("embedded_cache")["adopted"] is True
    assert list(valkeys_in(stage.folder)) == [pid]

    second = stage.recon("run", **venue.environment())
    assert second.code == 3
    (line,) = second.stderr.splitlines()
    assert "another node uses the embedded cache" in line

    clean_end(node)
    assert valkeys_in(stage.folder) == {}


def test_an_orphan_that_hangs_is_replaced(tmp_path: Path) -> None:
    """Cache: a server that does not answer is ended, and another one serves what it had written."""
    folder = tmp_path / "cache"
    with EmbeddedCache(folder) as cache, connect(cache.url) as client:
        client.set("kept", "yes")
    pid = orphan(folder)
    os.kill(pid, signal.SIGSTOP)
    with EmbeddedCache(folder) as cache, connect(cache.url) as client:
        assert cache.adopted is False
        assert client.get("kept") == b"yes"
        assert list(valkeys_in(folder)) != [pid]
    assert valkeys_in(folder) == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage",
        "[]",
        '{"pid": 1}',
        '{"pid": "x", "port": 1}',
        '{"pid": 0, "port": 1}',
        '{"pid": -1, "port": 1}',
        '{"pid": 99999999999999999999, "port": 1}',
        '{"pid": OURS, "port": 1}',
    ],
)
def test_a_garbage_pid_file_is_survived(tmp_path: Path, text: str) -> None:
    """Cache: a pid file that names no server of ours is no reason to fail, or to end anybody."""
    folder = tmp_path / "cache"
    folder.mkdir()
    (folder / "valkey.pid.json").write_text(text.replace("OURS", str(os.getpid())))
    with EmbeddedCache(folder) as cache, connect(cache.url) as client:
        assert cache.adopted is False
        assert client.ping()


def test_another_folders_server_is_left_alone(tmp_path: Path) -> None:
    """Cache: process ids are used again; a Valkey that only has the noted id is neither adopted nor ended."""
    with EmbeddedCache(tmp_path / "other") as other, connect(other.url) as client:
        (pid,) = valkeys_in(tmp_path / "other")
        folder = tmp_path / "cache"
        folder.mkdir()
        (folder / "valkey.pid.json").write_text(json.dumps({"pid": pid, "port": other.port}))
        with EmbeddedCache(folder) as cache:
            assert cache.adopted is False
            assert cache.port != other.port
        assert client.ping()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_an_ephemeral_pair_goes_with_its_node(stage: Stage, sign: signal.Signals) -> None:
    """Cache: without venue and cache in the settings both are embedded, and no process of them outlives the node."""
    node = stage.node({})
    assert reconciled(node)["node"]["orders"] == 0
    assert node.wait_for("embedded_venue")["data_dir"] == "temporary"
    assert node.wait_for("embedded_cache")["data_dir"] == "temporary"
    node.wait_for("node_started")
    assert len(processes_in(stage.folder)) == 4  # the node, what its log goes through, venue and cache
    node.process.send_signal(sign)
    assert ended(node) == (0 if sign == signal.SIGTERM else -sign)
    until(lambda: not processes_in(stage.folder), "venue and cache are gone")
    if sign == signal.SIGTERM:
        assert list((stage.folder / "tmp").iterdir()) == []
