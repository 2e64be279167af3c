"""Watching the database behind a cache in virtual time: by a task in place of a thread."""

import asyncio
from collections.abc import Callable
from typing import Any

from reconciliation.engine.lifecycle import CacheBack, CacheLost, Event
from reconciliation.engine.simulation import Database
from reconciliation.node.cache_watch import PERIOD_SECS
from reconciliation.node.outside import Closing


class VirtualCacheWatch:
    """Looks as often as the real one asks.

    Args:
        database: of the node.
        emit: told of `CacheLost` and `CacheBack`.
        loop: on which it is told.
    """

    def __init__(
        self, database: Database, _url: str, emit: Callable[[Event], None], loop: asyncio.AbstractEventLoop
    ) -> None:
        self._database = database
        self._emit = emit
        self._task = loop.create_task(self._run(loop))

    def close(self) -> None:
        """Look no longer."""
        self._task.cancel()

    async def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        lost_at: float | None = None
        while True:
            await asyncio.sleep(PERIOD_SECS)
            if self._database.is_away and lost_at is None:
                lost_at = loop.time()
                self._emit(CacheLost("it is away"))
            elif lost_at is not None and not self._database.is_away:
                self._emit(CacheBack(loop.time() - lost_at))
                lost_at = None


class _Nobody:
    def close(self) -> None:
        """Nothing goes on."""


def nobody_watches(*_: Any) -> Closing:
    """Leave the database unwatched: most runs look at ledgers, and a task twice a second would only cost them time."""
    return _Nobody()
