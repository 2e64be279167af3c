"""One trader's keys in the database behind the cache: read many at a time, and a history completed at one stroke."""

from collections.abc import Callable, Iterable, Sequence
from itertools import batched
from typing import Any, Final

from redis.exceptions import WatchError

from reconciliation.cache_client import connect
from reconciliation.engine.written import MARK, Found, Written

ANSWERS_WITHIN_SECS: Final = 5.0
"""It has just been started, and may still read what it keeps."""
AT_ONCE: Final = 200
"""As many keys are asked for in one round trip."""


class TraderKeys:
    """A client for the keys of one trader.

    Args:
        url: of the database.
        trader_id: whose keys.
        lease: a key that changes when somebody else takes over; nothing is written then.
    """

    def __init__(self, url: str, trader_id: str, lease: str | None) -> None:
        self._client: Any = connect(url, ANSWERS_WITHIN_SECS)
        self._prefix = f"trader-{trader_id}:"
        self._fence = (lease,) if lease else ()

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def marked(self) -> bytes | None:
        """Return the mark that was written last.

        Raises:
            RedisError: the database is away.
        """
        found: bytes | None = self._client.get(self._prefix + MARK)
        return found

    def read(self, written: Written) -> Found:
        """Return what is there of what was written.

        Raises:
            RedisError: the database is away, or refuses it.
        """
        return Found(
            histories={key: tuple(events) for key, events in self._each(written.histories, "lrange", 0, -1)},
            members={key: frozenset(members) for key, members in self._each(written.members, "smembers")},
            fields=dict(self._each(written.fields, "hgetall")),
            values={key: value for key, value in self._each(written.values, "get") if value is not None},
        )

    def _each(self, keys: Iterable[str], command: str, *arguments: int) -> Iterable[tuple[str, Any]]:
        for some in batched(keys, AT_ONCE):
            pipeline = self._client.pipeline(transaction=False)
            for key in some:
                getattr(pipeline, command)(self._prefix + key, *arguments)
            yield from zip(some, pipeline.execute(), strict=True)

    def complete(self, key: str, stored: Sequence[bytes], whole: Sequence[bytes], may: Callable[[], bool]) -> bool:
        """Make a history whole, unless it has changed since it was read.

        Args:
            key: of the history.
            stored: as it was read.
            whole: as it should be.
            may: asked once nothing can come between any more.

        Returns:
            Whether it was written.

        Raises:
            RedisError: the database is away, or refuses it.
        """
        name = self._prefix + key
        with self._client.pipeline() as transaction:
            transaction.watch(name, *self._fence)
            if tuple(transaction.lrange(name, 0, -1)) != tuple(stored) or not may():
                return False
            transaction.multi()
            begins_alike = tuple(whole[: len(stored)]) == tuple(stored)
            if not begins_alike:
                transaction.delete(name)
            transaction.rpush(name, *(whole[len(stored) :] if begins_alike else whole))
            try:
                transaction.execute()
            except WatchError:
                return False
        return True
