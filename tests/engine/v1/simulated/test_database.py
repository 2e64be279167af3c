"""The simulated database is what a real server is to the engine: the same writes give the same reads.

What is written is what the engine's `CacheDatabaseAdapter` writes, command by command, in any order; and what is read
is what it reads at the next start.
"""

import itertools
import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nautilus_trader.common.component import init_logging, is_logging_initialized
from nautilus_trader.core import nautilus_pyo3

from reconciliation.embedded.cache import EmbeddedCache
from reconciliation.engine.v1.simulated.database import DatabaseClient, SimulatedDatabase

Command = tuple[str, str, list[bytes] | None]
BULK: Final = ("general", "currencies", "instruments")
"""The kinds that a start reads by `read_bulk`."""
LISTS: Final = ("orders", "positions", "accounts")
SETS: Final = ("orders", "orders_open", "orders_closed", "orders_inflight", "positions", "positions_open")
HASHES: Final = ("order_position", "order_client")
_numbers = itertools.count(1)

ids = st.sampled_from(["O-1", "O-2", "P-1"])
payloads = st.binary(min_size=1, max_size=30)


def command(name: str, key: st.SearchStrategy[str], *values: st.SearchStrategy[bytes]) -> st.SearchStrategy[Command]:
    return st.tuples(st.just(name), key, st.tuples(*values).map(list) if values else st.none())


def keys(kind: str) -> st.SearchStrategy[str]:
    return ids.map(f"{kind}:{{}}".format)


def named(names: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.sampled_from([f"index:{name}" for name in names])


encoded = ids.map(str.encode)
COMMANDS: Final[st.SearchStrategy[Command]] = st.one_of(
    *(command(name, keys(kind), payloads) for kind in LISTS for name in ("insert", "update")),
    *(command("insert", keys(kind), payloads) for kind in (*BULK, "actors", "strategies")),
    *(command(name, named(SETS), encoded) for name in ("insert", "delete")),
    command("insert", named(HASHES), encoded, encoded),
    command("insert", st.just("index:order_ids"), encoded, encoded),
    command("delete", keys("positions")),
    command("delete_order", ids),
    command("delete_position", ids),
)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    if not is_logging_initialized():
        init_logging(bypass=True)
    with EmbeddedCache() as server:
        yield server.port


def connected(trader: str, port: int) -> Any:
    """The engine's own client, as its adapter makes it."""
    database = {"type": "redis", "host": "127.0.0.1", "port": port, "connection_timeout": 5, "number_of_retries": 3}
    kind: Any = nautilus_pyo3.RedisCacheDatabase
    return kind(nautilus_pyo3.TraderId(trader), nautilus_pyo3.UUID4(), json.dumps({"database": database}).encode())


def write(database: Any, commands: list[Command]) -> None:
    for name, key, values in commands:
        if name.startswith("delete_"):
            getattr(database, name)(key)
        else:
            getattr(database, name)(key, values)


def seen(database: Any) -> dict[str, Any]:
    """All that a start reads, without the prefix that names the trader."""
    found = sorted(key.partition(":")[2] for key in database.keys("*"))
    told: dict[str, Any] = {"keys": found}
    for key in found:
        values = list(map(bytes, database.read(key)))
        if key.startswith("index:"):
            told[key] = json.loads(values[0]) if key.removeprefix("index:") in HASHES else sorted(values)
        elif key.partition(":")[0] in BULK:
            (bulk,) = (database.read_bulk([full]) for full in database.keys(key))
            told[key] = [bytes(value) for value in bulk]
        else:
            told[key] = values
    return told


@given(lives=st.lists(st.lists(COMMANDS, max_size=25), min_size=1, max_size=2))
def test_the_same_writes_give_the_same_reads_in_the_next_life(port: int, lives: list[list[Command]]) -> None:
    trader = f"T-{next(_numbers)}"
    simulated = SimulatedDatabase(lambda: 0.0)
    for commands in lives:
        for database in (connected(trader, port), DatabaseClient(simulated, "T-1", lambda _: None)):
            write(database, commands)
            database.close()
    real = connected(trader, port)
    assert seen(DatabaseClient(simulated, "T-1", lambda _: None)) == seen(real)
    real.close()


def test_a_kill_loses_what_its_process_wrote_and_nothing_that_it_found() -> None:
    database = SimulatedDatabase(lambda: 0.0)
    for life in (b"first", b"second"):
        client = DatabaseClient(database, "T-1", lambda _: None)
        client.insert("orders:O-1", [life])
        database.lose_last(0 if life == b"first" else 3)
        client.cut()
    assert DatabaseClient(database, "T-1", lambda _: None).read("orders:O-1") == [b"first"]
