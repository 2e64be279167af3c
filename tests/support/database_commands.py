"""The commands that the engine's `CacheDatabaseAdapter` gives to its client, in any order, and what a start reads."""

import json
from typing import Any, Final

from hypothesis import strategies as st
from nautilus_trader.core import nautilus_pyo3

from reconciliation.engine.written import MARK

Command = tuple[str, str, list[bytes] | None]
BULK: Final = ("general", "currencies", "instruments")
"""The kinds that a start reads by `read_bulk`."""
LISTS: Final = ("orders", "positions", "accounts")
SETS: Final = ("orders", "orders_open", "orders_closed", "orders_inflight", "positions", "positions_open")
HASHES: Final = ("order_position", "order_client")

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


def kind_of_client() -> Any:
    """The engine's own class."""
    return nautilus_pyo3.RedisCacheDatabase


def arguments(trader: str, port: int) -> dict[str, Any]:
    """With which its adapter makes it."""
    database = {"type": "redis", "host": "127.0.0.1", "port": port, "connection_timeout": 5, "number_of_retries": 3}
    return {
        "trader_id": nautilus_pyo3.TraderId(trader),
        "instance_id": nautilus_pyo3.UUID4(),
        "config_json": json.dumps({"database": database}).encode(),
    }


def connected(trader: str, port: int) -> Any:
    """The engine's own client, as its adapter makes it."""
    return kind_of_client()(**arguments(trader, port))


def write(database: Any, commands: list[Command]) -> None:
    for name, key, values in commands:
        if name.startswith("delete_"):
            getattr(database, name)(key)
        else:
            getattr(database, name)(key, values)


def seen(database: Any) -> dict[str, Any]:
    """All that a start reads, without the prefix that names the trader."""
    found = sorted({key.partition(":")[2] for key in database.keys("*")} - {MARK})
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
