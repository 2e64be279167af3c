"""What a node reaches beside its venue, in virtual time: database, leases, supervisor; no thread and no socket."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reconciliation.engine.lifecycle import Event, LeaseLost, LeaseTaken
from reconciliation.engine.simulation import Database
from reconciliation.engine.written import MARK, Found, Written
from reconciliation.node.cache_watch import Reachability
from reconciliation.node.errors import LeaseHeldError
from reconciliation.node.outside import Closing
from reconciliation.node.supervision import Supervision
from reconciliation.rules.database import PROBED_EVERY_SECS, RENEWALS
from reconciliation.settings import Settings
from reconciliation.settings.node import NodeSettings


class VirtualCacheWatch:
    """Looks as often as the real one asks.

    Args:
        database: of the node.
        emit: told of `CacheLost` and `CacheBack`.
        loop: on which it is told.
    """

    def __init__(
        self,
        database: Database,
        _url: str,
        emit: Callable[[Event], None],
        loop: asyncio.AbstractEventLoop,
        _keep: Callable[[], None],
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
            await asyncio.sleep(PROBED_EVERY_SECS)
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


class VirtualLease:
    """Leases that nobody contends for but a drill, which may take them over.

    Args:
        after: calls something, so many seconds later.
        is_free: whether no other node holds them.
        number: which holder this is.
        names: what is held.
        node: how long a lease lasts that is not renewed.
        tell: told of `LeaseTaken` and `LeaseLost`.

    Raises:
        LeaseHeldError: another node holds them.
    """

    def __init__(  # noqa: PLR0913 - three of the drill's, and what every lease is given
        self,
        after: Callable[[float, Callable[[], None]], None],
        number: int,
        _url: str,
        names: Sequence[str],
        node: NodeSettings,
        tell: Callable[[Event], None],
        _go_on: Callable[[], None],
        *,
        is_free: bool,
    ) -> None:
        if not is_free:
            raise LeaseHeldError(names[0], None, 0.0)
        self._after = after
        self._renewed_every_secs = node.lease_secs / RENEWALS
        self._tell = tell
        self._lost = asyncio.Event()
        self.numbers: Mapping[str, int] = dict.fromkeys(names, number)
        tell(LeaseTaken(self.numbers))

    def is_ours(self) -> bool:
        """Whether no other node is known to have them."""
        return not self._lost.is_set()

    async def lost(self) -> None:
        """Return once they are lost."""
        await self._lost.wait()

    def release(self) -> None:
        """Give them back: nobody asks for them but the next node."""

    def taken_over(self) -> None:
        """Have it find out at its next renewal that another node holds them."""
        self._after(self._renewed_every_secs, self._lose)

    def _lose(self) -> None:
        self._tell(LeaseLost("another node holds it"))
        self._lost.set()


class Unsettled:
    """Leaves memory as it is: a run has many nodes in one process, and short ones."""

    def __call__(self, event: Event) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Nothing was done."""


def nobody_watches(*_: Any) -> Closing:
    """Leave the database unwatched: most runs look at ledgers, and a task twice a second would only cost them time."""
    return _Nobody()


def unsupervised(settings: Settings) -> Supervision:
    """Tell no supervisor: it watches the drill, if anything."""
    return Supervision(settings, {})
