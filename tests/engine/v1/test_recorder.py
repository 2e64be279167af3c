"""The client of the database remembers of which orders it has written what, as long as the cache holds them."""

from typing import Any

from reconciliation.engine.v1.cache_keys import HASHES
from reconciliation.engine.v1.recorder import SWEPT_FROM, Recorder
from reconciliation.engine.v1.simulated.database import DatabaseClient, SimulatedDatabase

POSITIONS = HASHES[0]


def recorder() -> Recorder:
    return Recorder(DatabaseClient(SimulatedDatabase(lambda: 0.0), "T-1", lambda _: None))


def filled(client: Recorder, numbers: range) -> None:
    for number in numbers:
        client.insert(POSITIONS, [f"O-{number}".encode(), b"P-1"])


def test_orders_that_a_purge_took_are_forgotten_here_and_not_in_the_database() -> None:
    client = recorder()
    client.held = lambda: {b"O-3", b"O-5000"}
    filled(client, range(5_001))
    assert len(client.fields[POSITIONS]) <= SWEPT_FROM
    assert {b"O-3", b"O-5000"} <= client.fields[POSITIONS].keys()
    stored: Any = client.read(POSITIONS)
    assert stored[0].count(b"P-1") == 5_001


def test_nothing_is_forgotten_that_the_cache_holds() -> None:
    client = recorder()
    client.held = lambda: {f"O-{number}".encode() for number in range(5_000)}
    filled(client, range(5_000))
    assert len(client.fields[POSITIONS]) == 5_000


def test_a_client_that_nobody_has_told_what_is_held_forgets_nothing() -> None:
    client = recorder()
    filled(client, range(5_000))
    assert len(client.fields[POSITIONS]) == 5_000
