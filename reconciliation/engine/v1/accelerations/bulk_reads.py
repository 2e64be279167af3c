"""The acceleration `bulk_reads`: what a cache loads of its database comes in batches, not one order at a time.

The engine asks for the names of all orders, and then for each history by a question of its own, and waits for it:
10,000 orders are 10,000 round trips. The names are the same here, and so is what each history holds; only the way there
is another: a pipeline on a connection of its own asks for many at once. Whatever it cannot tell the engine's own client
is asked for. Read in `nautilus_trader/cache/database.pyx` of 1.231.0.
"""

from collections.abc import Sequence
from typing import Any, Final

import redis

from reconciliation.cache_client import connect

HISTORIES: Final = ("orders*", "positions*")
"""The names that the engine asks for before it reads each."""
AT_ONCE: Final = 1_000
"""How many histories one batch asks for."""


def lists(url: str, names: Sequence[str]) -> list[list[bytes]]:
    """Return what lists of a database hold.

    Args:
        url: of the database.
        names: of the lists.

    Raises:
        redis.RedisError: it did not answer, or one is no list.
    """
    with connect(url) as connection, connection.pipeline(transaction=False) as pipeline:
        for name in names:
            pipeline.lrange(name, 0, -1)
        told: list[list[bytes]] = pipeline.execute()
    return told


class BulkReads:
    """Stands where the engine's client is, and reads ahead of what it is asked for.

    Args:
        client: the engine's own.
        url: of the same database.
    """

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url
        self._ahead: list[str] = []
        self._read: dict[str, list[bytes]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def keys(self, pattern: str) -> list[str]:
        """Return the names that match, with the trader's prefix before the first colon."""
        names: list[str] = self._client.keys(pattern)
        if pattern in HISTORIES:
            self._ahead = names[::-1]  # the next one is taken from its end
            self._read.clear()
        return names

    def read(self, key: str) -> Any:
        """Return what a key holds."""
        if key not in self._read and self._ahead and self._ahead[-1].partition(":")[2] == key:
            self._read_ahead()
        found = self._read.pop(key, None)
        return self._client.read(key) if found is None else found

    def _read_ahead(self) -> None:
        names = [self._ahead.pop() for _ in range(min(AT_ONCE, len(self._ahead)))]
        try:
            told = lists(self._url, names)
        except redis.RedisError:  # the engine's own client says what is wrong, if anything is
            self._ahead.clear()
            return
        for name, events in zip(names, told, strict=True):
            self._read[name.partition(":")[2]] = events
