"""Whatever is before the engine's client of its cache's database, the same stands there in the end, and is read."""

import itertools
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest
from database_commands import COMMANDS, HASHES, Command, arguments, connected, kind_of_client, seen, write
from hypothesis import example, given
from hypothesis import strategies as st
from redis_servers import served

from reconciliation.cache_client import connect
from reconciliation.engine.v1.accelerations.batched_writes import INTERVAL_MS, BatchedWrites
from reconciliation.engine.v1.accelerations.bulk_reads import AT_ONCE, BulkReads
from reconciliation.engine.v1.accelerations.install import database_client
from reconciliation.engine.v1.recorder import Recorder
from reconciliation.settings.accelerations import ACCELERATIONS

_numbers: Final = itertools.count(1)


def accelerated(trader: str, port: int) -> Any:
    url = f"redis://127.0.0.1:{port}"
    return database_client(kind_of_client(), arguments(trader, port), ACCELERATIONS, url)


@example(
    lives=[[("insert", f"index:{name}", [b"O-1", to]) for to in (b"P-1", b"P-2") for name in HASHES]], settled_after=25
)
@given(
    lives=st.lists(st.lists(COMMANDS, max_size=25), min_size=1, max_size=2),
    settled_after=st.integers(0, 25),
)
def test_the_same_writes_leave_the_same(port: int, lives: list[list[Command]], settled_after: int) -> None:
    """Also where some go out at once, behind what was gathered."""
    one, other = f"T-{next(_numbers)}", f"T-{next(_numbers)}"
    for commands in lives:
        plain, quick = connected(one, port), accelerated(other, port)
        write(plain, commands)
        write(quick, commands[:settled_after])
        quick.write_at_once()
        write(quick, commands[settled_after:])
        plain.close()
        quick.close()
    plain, quick = connected(one, port), accelerated(other, port)
    assert seen(quick) == seen(plain)
    plain.close()
    quick.close()


OPEN: Final = "index:orders_open"
LISTED: Final = st.one_of(
    st.tuples(st.sampled_from(["insert", "delete"]), st.just(OPEN), st.sampled_from([[b"O-1"], [b"O-2"]])),
    st.tuples(st.just("delete_order"), st.sampled_from(["O-1", "O-2"]), st.none()),
)


@example(lives=[[("insert", OPEN, [b"O-1"])], [("delete", OPEN, [b"O-1"])]])
@example(lives=[[("insert", OPEN, [b"O-1"]), ("delete_order", "O-2", None), ("delete", OPEN, [b"O-1"])]])
@given(lives=st.lists(st.lists(LISTED, min_size=1, max_size=6), min_size=1, max_size=2))
def test_an_index_lists_what_it_listed_last(port: int, lives: list[list[Command]]) -> None:
    """What says again what stands there may be left out, and nothing else; also where nothing but the end settles."""
    left = []
    for make in (connected, accelerated):
        trader = f"T-{next(_numbers)}"
        for commands in lives:
            writer = make(trader, port)
            write(writer, commands)
            writer.close()
        reader = connected(trader, port)
        left.append(seen(reader))
        reader.close()
    assert left[0] == left[1]


def test_what_is_written_while_the_rest_goes_out_comes_behind_it(port: int) -> None:
    trader = f"T-{next(_numbers)}"
    client = batching(trader, port)
    client.insert("orders:O-1", [b"0"])
    for number in range(1, 5_000):
        client.update("orders:O-1", [str(number).encode()])
        if number == 2_500:
            client.write_at_once()
    client.close()
    with connect(f"redis://127.0.0.1:{port}") as server:
        assert [int(each) for each in server.lrange(f"trader-{trader}:orders:O-1", 0, -1)] == list(range(5_000))


@pytest.fixture
def hanging(tmp_path: Path) -> Iterator[str]:
    """The address of a server of the test's own, which it cuts off or has hang."""
    with served("valkey", tmp_path) as url:
        yield url


def batching(trader: str, port: int) -> BatchedWrites:
    url = f"redis://127.0.0.1:{port}"
    return BatchedWrites(kind_of_client(), arguments(trader, port), connected(trader, port), url)


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2].partition("/")[0])


def test_a_connection_that_was_cut_while_it_rested_loses_nothing(hanging: str) -> None:
    """The engine writes no second event of an order whose first was lost."""
    client = batching("T-1", port_of(hanging))
    with connect(hanging) as server:
        client.insert("orders:O-1", [b"created"])
        while not server.llen("trader-T-1:orders:O-1"):
            time.sleep(0.01)
        server.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        client.write_at_once()
        client.insert("orders:O-2", [b"created"])
        client.update("orders:O-2", [b"submitted"])
        while client._waiting is not None:
            time.sleep(0.01)
        client.close()
        assert server.lrange("trader-T-1:orders:O-2", 0, -1) == [b"created", b"submitted"]


def stopped(url: str) -> int:
    """Have a server hang, and return its process."""
    with connect(url) as server:
        process = int(server.info("server")["process_id"])
    os.kill(process, signal.SIGSTOP)
    return process


def test_a_database_that_hangs_does_not_stop_the_process(hanging: str) -> None:
    """Nor signals, nor the lease: the engine's own client would keep the interpreter to itself."""
    client = batching("T-1", port_of(hanging))
    process = stopped(hanging)
    wait_and_go_on = ["/bin/sh", "-c", f"sleep 5; kill -CONT {process}"]
    with subprocess.Popen(wait_and_go_on, start_new_session=True) as otherwise:
        client.insert("orders:O-1", [b"created"])
        client.write_at_once()
        client.update("orders:O-1", [b"submitted"])
        time.sleep(0.2)
        assert otherwise.poll() is None
        os.kill(process, signal.SIGCONT)
        os.killpg(otherwise.pid, signal.SIGKILL)
    client.close()
    with connect(hanging) as server:
        assert server.lrange("trader-T-1:orders:O-1", 0, -1) == [b"created", b"submitted"]


def test_who_leaves_writes_nothing_of_what_waits(hanging: str) -> None:
    client = Recorder(batching("T-1", port_of(hanging)))
    process = stopped(hanging)
    client.write_at_once()
    client.insert("orders:O-1", [b"created"])
    left = client._client
    client.leave()
    os.kill(process, signal.SIGCONT)
    left._await_end()
    with connect(hanging) as server:
        assert not server.exists("trader-T-1:orders:O-1")


def test_where_no_second_connection_is_to_be_had_the_first_one_writes(port: int) -> None:
    trader = f"T-{next(_numbers)}"

    def closed(**kwargs: Any) -> Any:
        client = kind_of_client()(**kwargs)
        client.close()
        return client

    client = BatchedWrites(closed, arguments(trader, port), connected(trader, port), f"redis://127.0.0.1:{port}")
    client.insert("orders:O-1", [b"created"])
    client.insert("index:orders", [b"O-1"])
    client.write_at_once()
    client.update("orders:O-1", [b"submitted"])
    client.close()
    with connect(f"redis://127.0.0.1:{port}") as server:
        assert server.lrange(f"trader-{trader}:orders:O-1", 0, -1) == [b"created", b"submitted"]
        assert server.smembers(f"trader-{trader}:index:orders") == {b"O-1"}


def test_many_histories_are_asked_for_at_once(port: int) -> None:
    trader, many = f"T-{next(_numbers)}", AT_ONCE + 5
    writer = connected(trader, port)
    for number in range(many):
        writer.insert(f"orders:O-{number}", [b"created"])
        writer.update(f"orders:O-{number}", [str(number).encode()])
    writer.close()
    client = connected(trader, port)
    reader = BulkReads(NeverRead(client), f"redis://127.0.0.1:{port}")
    names = [name.partition(":")[2] for name in reader.keys("orders*")]
    assert len(names) == many
    assert [reader.read(name) for name in names] == [
        [b"created", name.removeprefix("orders:O-").encode()] for name in names
    ]
    client.close()


class NeverRead:
    """A client that is asked for names alone."""

    def __init__(self, client: Any) -> None:
        self.keys = client.keys


def test_a_database_that_cannot_be_read_in_bulk_is_read_as_the_engine_does(port: int) -> None:
    trader = f"T-{next(_numbers)}"
    client = connected(trader, port)
    client.insert("orders:O-1", [b"created"])
    client.close()
    client = connected(trader, port)
    reader = BulkReads(client, "redis://127.0.0.1:1")
    assert reader.keys("orders*") == [f"trader-{trader}:orders:O-1"]
    assert list(map(bytes, reader.read("orders:O-1"))) == [b"created"]
    client.close()


def test_a_start_gathers_and_a_node_that_runs_does_not() -> None:
    made: list[Any] = []

    def make(**arguments: Any) -> Any:
        made.append(json.loads(arguments["config_json"]).get("buffer_interval_ms"))
        return SimpleNamespace(keys=lambda _: [])

    database_client(make, {"config_json": b"{}", "trader_id": "T-1"}, ["batched_writes"], "redis://127.0.0.1:1")
    assert made == [None, INTERVAL_MS]
