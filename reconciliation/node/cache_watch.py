"""Does the database behind the cache still take what is written? Asked from a thread as long as a node runs.

The engine writes from a thread of its own and tells of a database that is away by a line of its log at the most; what
it queued meanwhile may be lost. So is the first write over a connection that was cut while it rested, by a server with
a `timeout` or by what lies between, and nobody hears of that (measured): so the engine's own is not let rest for long.
"""

import asyncio
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final

import redis
from redis.exceptions import NoPermissionError, RedisError

from reconciliation.cache_client import connect
from reconciliation.engine.lifecycle import CacheBack, CacheLost, Event
from reconciliation.rules.database import KEPT_EVERY_SECS, PROBED_EVERY_SECS

LASTS_MS: Final = 5_000
"""For so long the key stays that is written; a user with an ACL needs `~recon:probe:* +set` for it, and none must."""
ANSWERS_WITHIN_SECS: Final = 1.0
"""Both together are less than the two seconds within which a loss is told."""


class Reachability:
    """Turns what was found each time into what has changed since."""

    def __init__(self) -> None:
        self._lost_at: float | None = None

    def found(self, reason: str, now: float) -> Event | None:
        """Return what there is to tell, if anything.

        Args:
            reason: why the database took nothing; empty where it did.
            now: any clock, in seconds.
        """
        if reason and self._lost_at is None:
            self._lost_at = now
            return CacheLost(reason)
        if not reason and self._lost_at is not None:
            lost_at, self._lost_at = self._lost_at, None
            return CacheBack(now - lost_at)
        return None


class CacheWatch:
    """Asks until it is closed; what changes is told on the event loop.

    Args:
        url: of the database, which answered a moment ago.
        emit: told of `CacheLost` and `CacheBack`.
        loop: on which it is told.
        keep: writes something over the engine's own connection; called on the loop.
    """

    def __init__(
        self,
        url: str,
        emit: Callable[[Event], None],
        loop: asyncio.AbstractEventLoop,
        keep: Callable[[], None],
    ) -> None:
        self._url = url
        self._emit = emit
        self._loop = loop
        self._keep = keep
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cache-watch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ask no longer; what was not told yet is not told any more."""
        self._closed.set()

    def _run(self) -> None:
        reachability = Reachability()
        key = f"recon:probe:{secrets.token_hex(8)}"
        kept_at = time.monotonic()
        with connect(self._url, ANSWERS_WITHIN_SECS) as pool:
            client: redis.Redis | None = None
            while not self._closed.wait(PROBED_EVERY_SECS):
                try:
                    # One connection: a pool would replace one that a restarted server has closed, and say nothing.
                    client = client or pool.client()
                    _ask(client, key)
                    reason = ""
                except (RedisError, OSError) as error:
                    reason = " ".join(str(error).split()) or type(error).__name__
                if (event := reachability.found(reason, self._loop.time())) is not None:
                    self._on_loop(partial(self._emit, event))
                if time.monotonic() - kept_at >= KEPT_EVERY_SECS:
                    kept_at = time.monotonic()
                    self._on_loop(self._keep)

    def _on_loop(self, done: Callable[[], None]) -> None:
        def unless_closed() -> None:
            if not self._closed.is_set():
                done()

        try:
            self._loop.call_soon_threadsafe(unless_closed)
        except RuntimeError:  # the loop is closed, and the node with it
            self._closed.set()


def _ask(client: redis.Redis, key: str) -> None:
    """See that the database takes what is written; a full one, or a replica, answers all the same.

    Raises:
        RedisError: it takes nothing.
        OSError: so, too.
    """
    try:
        client.set(key, "", px=LASTS_MS)
    except NoPermissionError:  # one who may not write may ask, and one who may not even that is answered so
        with suppress(NoPermissionError):
            client.ping()
