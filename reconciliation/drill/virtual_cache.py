"""Watching and mending the database behind a cache in virtual time: a task in place of a thread, and no socket."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reconciliation.engine.lifecycle import Event
from reconciliation.engine.simulation import Database
from reconciliation.engine.written import MARK, Found, Written
from reconciliation.node.cache_watch import PERIOD_SECS, Reachability
from reconciliation.node.outside import Closing, Held
from reconciliation.node.supervision import Supervision
from reconciliation.settings import Settings


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
        restarts = self._database.restarts
        while True:
            await asyncio.sleep(PERIOD_SECS)
            reason = "it is away" if self._database.is_away else ""
            if restarts != (restarts := self._database.restarts):
                reason = reason or "it was started again"
            if (event := reachability.found(reason, loop.time())) is not None:
                self._emit(event)


class VirtualKeys:
    """What a node's database holds.

    Args:
        database: of the node.
    """

    def __init__(self, database: Database, *_: Any) -> None:
        self._database = database

    def close(self) -> None:
        """Nothing is open."""

    def _there(self) -> Database:
        if self._database.is_away:
            raise ConnectionError("it is away")
        return self._database

    def marked(self) -> bytes | None:
        """Return the mark that was written last."""
        return next(iter(self._there().read(MARK)), None)

    def read(self, written: Written) -> Found:
        """Return what is there of what was written."""
        there = self._there()
        return Found(
            histories={key: tuple(there.read(key)) for key in written.histories},
            members={key: frozenset(there.read(key)) for key in written.members},
            fields={key: there.fields(key) for key in written.fields},
            values={key: value for key in written.values for value in there.read(key)},
        )

    def complete(self, key: str, stored: Sequence[bytes], whole: Sequence[bytes], may: Callable[[], bool]) -> bool:
        """Make a history whole, unless it has changed since it was read."""
        if not may() or self._there().read(key) != list(stored):
            return False
        self._database.put(key, tuple(whole))
        return True


class _Nobody:
    def close(self) -> None:
        """Nothing goes on."""


class _Alone:
    @property
    def numbers(self) -> Mapping[str, int]:
        """Return what is as good as a lease."""
        return {"virtual time": 1}

    def is_ours(self) -> bool:
        """Say that it is."""
        return True

    async def lost(self) -> None:
        """Never return."""
        await asyncio.get_running_loop().create_future()

    def release(self) -> None:
        """There is nothing to give back."""


def nobody_else(*_: Any) -> Held:
    """Take no lease: in virtual time a node has its database for itself."""
    return _Alone()


def nobody_watches(*_: Any) -> Closing:
    """Leave the database unwatched: most runs look at ledgers, and a task twice a second would only cost them time."""
    return _Nobody()


def unsupervised(settings: Settings) -> Supervision:
    """Tell no supervisor: it watches the drill, if anything."""
    return Supervision(settings, {})
