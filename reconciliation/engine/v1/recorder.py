"""The engine's own client of its cache's database, with a memory for what the cache tells nobody of.

That is what strategies store under a key of their own, currencies, and the states that strategies and actors save; and
of which orders it has written to which position and which client they belong: it knows of more than it writes.
"""

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final

from nautilus_trader.core import nautilus_pyo3

from reconciliation.engine.v1.cache_keys import HASHES

ONE_VALUE: Final = ("general", "currencies", "instruments", "synthetics", "actors", "strategies")
"""Kinds of keys that are written as a whole each time."""
SWEPT_FROM: Final = 100
"""So many fields of an index are not worth a look at what the cache still holds."""
_LEFT: Final[list[Any]] = []
"""Clients that are not even to be freed."""
_one_at_a_time: Final = Lock()


class _Gone:
    """Takes everything and does nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


class Recorder:
    """Stands where the engine's client is, and passes everything on to it.

    Args:
        client: the engine's own.

    Attributes:
        values: each key that holds one value, as it was written or read last.
        fields: what stands in each index that is a hash. Orders that a purge took from the cache are left out now and
            then, so that there is never more than twice of what the cache holds, or a hundred.
        held: returns the names of the orders that the cache holds; nothing is left out while there is none to ask.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self.values: dict[str, bytes] = {}
        self.fields: dict[str, dict[bytes, bytes]] = {index: {} for index in HASHES}
        self.held: Callable[[], Collection[bytes]] | None = None
        self._sweeps_at = dict.fromkeys(HASHES, SWEPT_FROM)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def write_at_once(self) -> None:
        """Have a client that gathers what it writes gather no more."""
        settle: Callable[[], None] | None = getattr(self._client, "write_at_once", None)
        if settle is not None:
            settle()

    def leave(self) -> None:
        """Write nothing any more, and let what waits in the client's own queue go with the process.

        Its `close` would wait for the queue, for minutes where the line is cut, and write what is another node's now.
        """
        leave: Callable[[], None] | None = getattr(self._client, "leave", None)
        if leave is not None:
            leave()
        _LEFT.append(self._client)
        self._client = _Gone()

    def insert(self, key: str, payload: Any) -> None:
        """Write a value, or append to a list."""
        self._client.insert(key, payload)
        if _holds_one(key):
            self.values[key] = bytes(payload[0])
        elif key in HASHES:
            self.fields[key][bytes(payload[0])] = bytes(payload[1])
            if len(self.fields[key]) >= self._sweeps_at[key] and self.held is not None:
                self._sweep(key, self.held())

    def _sweep(self, key: str, held: Collection[bytes]) -> None:
        """Forget the orders that a purge has taken from the cache; in the database they stay."""
        self.fields[key] = {name: value for name, value in self.fields[key].items() if name in held}
        self._sweeps_at[key] = max(SWEPT_FROM, 2 * len(self.fields[key]))

    def update(self, key: str, payload: Any) -> None:
        """Append to a list that is there."""
        self._client.update(key, payload)

    def delete(self, key: str, payload: Any = None) -> None:
        """Remove a key, or a member of an index."""
        self._client.delete(key, payload)
        self.values.pop(key, None)

    def delete_order(self, client_order_id: str) -> None:
        """Remove an order and its place in every index."""
        self._client.delete_order(client_order_id)
        for fields in self.fields.values():
            fields.pop(client_order_id.encode(), None)

    def read(self, key: str) -> Any:
        """Return what a key holds."""
        found = self._client.read(key)
        if found and _holds_one(key):
            self.values[key] = bytes(found[0])
        elif found and key in HASHES:
            told: dict[str, str] = json.loads(bytes(found[0]))
            self.fields[key] |= {name.encode(): value.encode() for name, value in told.items()}
        return found

    def read_bulk(self, keys: list[str]) -> Any:
        """Return the value of each key; they are named with the trader's prefix."""
        found = self._client.read_bulk(keys)
        for name, value in zip(keys, found, strict=False):
            key = name.partition(":")[2]
            if value is not None and _holds_one(key):
                self.values[key] = bytes(value)
        return found


def _holds_one(key: str) -> bool:
    return key.partition(":")[0] in ONE_VALUE


@contextmanager
def recorded(client_of: Callable[[Callable[..., Any], dict[str, Any]], Any]) -> Iterator[list[Recorder]]:
    """Put a recorder before each client of a database that the engine makes meanwhile.

    Args:
        client_of: makes the client, by what the engine makes it of.
    """
    made: list[Recorder] = []
    module: Any = nautilus_pyo3
    with _one_at_a_time:
        client = module.RedisCacheDatabase

        def make(**arguments: Any) -> Recorder:
            made.append(Recorder(client_of(client, arguments)))
            return made[-1]

        module.RedisCacheDatabase = make
        try:
            yield made
        finally:
            module.RedisCacheDatabase = client
