"""Whatever is before the engine's client of its cache's database, the same stands there in the end, and is read."""

import itertools
import json
from types import SimpleNamespace
from typing import Any, Final

from database_commands import COMMANDS, HASHES, Command, arguments, connected, kind_of_client, seen, write
from hypothesis import example, given
from hypothesis import strategies as st

from reconciliation.cache_client import connect
from reconciliation.engine.v1.accelerations.batched_writes import INTERVAL_MS, BatchedWrites
from reconciliation.engine.v1.accelerations.bulk_reads import AT_ONCE, BulkReads
from reconciliation.engine.v1.accelerations.install import database_client
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
    client = BatchedWrites(kind_of_client(), arguments(trader, port), connected(trader, port))
    client.insert("orders:O-1", [b"0"])
    for number in range(1, 5_000):
        client.update("orders:O-1", [str(number).encode()])
        if number == 2_500:
            client.write_at_once()
    client.close()
    with connect(f"redis://127.0.0.1:{port}") as server:
        assert [int(each) for each in server.lrange(f"trader-{trader}:orders:O-1", 0, -1)] == list(range(5_000))


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

    database_client(make, {"config_json": b"{}"}, ["batched_writes"], None)
    assert made == [None, INTERVAL_MS]
