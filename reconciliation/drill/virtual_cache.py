"""Watching the database behind a cache in virtual time: by a task in place of a thread."""

import asyncio
from collections.abc import Callable
from typing import Any

from reconciliation.engine.lifecycle import Event
from reconciliation.engine.simulation import Database
from reconciliation.node.cache_watch import PERIOD_SECS, Reachability
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
        reachability = Reachability()
        while True:
            await asyncio.sleep(PERIOD_SECS)
            reason = "it is away" if self._database.is_away else ""
            if (event := reachability.found(reason, loop.time())) is not None:
                self._emit(event)


class _Nobody:
    def close(self) -> None:
        """Nothing goes on."""


def nobody_watches(*_: Any) -> Closing:
    """Leave the database unwatched: most runs look at ledgers, and a task twice a second would only cost them time."""
    return _Nobody()
