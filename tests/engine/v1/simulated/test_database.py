"""The simulated database is what a real server is to the engine: the same writes give the same reads.

What is written is what the engine's `CacheDatabaseAdapter` writes, command by command, in any order; and what is read
is what it reads at the next start.
"""

import itertools
from typing import Final

import pytest
from database_commands import COMMANDS, Command, connected, seen, write
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.engine.v1.simulated.database import DatabaseClient, SimulatedDatabase

_numbers: Final = itertools.count(1)


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


def test_a_log_that_is_forgotten_leaves_what_was_written_and_nothing_to_lose() -> None:
    database = SimulatedDatabase(lambda: 0.0)
    client = DatabaseClient(database, "T-1", lambda _: None)
    client.insert("orders:O-1", [b"first"])
    database.forget_log()
    client.update("orders:O-1", [b"second"])
    assert database.read("orders:O-1") == [b"first", b"second"]
    with pytest.raises(RuntimeError, match="its log was forgotten"):
        database.lose_last(1)
    assert database.read("orders:O-1") == [b"first", b"second"]
    database.clear()
    database.lose_last(1)
    assert database.read("orders:O-1") == []
