"""After the database behind the cache was away: what it lacks of what the engine holds is written again, or named.

What the engine wrote meanwhile is lost in part, and what still waits in its own queue arrives seconds later. So a mark
is sent by that queue first: once it is there, all that was written before it is there as well, or lost.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import batched
from typing import Final, Protocol

from redis.exceptions import RedisError, ResponseError

from reconciliation.engine.lifecycle import CacheBack, CacheLost, Event, StopWaits, WritesMended, WritesMissing
from reconciliation.engine.written import MARKED_AGAIN_SECS, Found, HistoryDiffersError, Lacking, Writes, Written
from reconciliation.rules.stages import COMPARED_WITHIN_SECS

LOOKED_AT_EVERY_SECS: Final = 0.1
LATE_AFTER_SECS: Final = 300.0
"""What waits after 90 s of ten orders a second takes a minute, where each write goes to the disk."""
ROUNDS: Final = 10
"""As often what is missing is looked for; where orders go on, what is found has changed now and then."""
AGAIN_SECS: Final = 0.5
AT_ONCE: Final = 50
"""As many histories are put together between two turns of the event loop."""


class Keys(Protocol):
    """The keys of the node's trader in the database; every call may raise RedisError or OSError."""

    def marked(self) -> bytes | None:
        """Return the mark that was written last."""

    def read(self, written: Written) -> Found:
        """Return what is there of what was written."""

    def complete(self, key: str, stored: Sequence[bytes], whole: Sequence[bytes], may: Callable[[], bool]) -> bool:
        """Make a history whole, unless it has changed since it was read; return whether it was written."""

    def close(self) -> None:
        """Close its connections."""


class CacheRepair:
    """Compares whenever the database is back, on the node's event loop; told by its lifecycle.

    Args:
        writes: what the node has written.
        keys: what is there.
        emit: told of `WritesMended`, and before it of `WritesMissing`.
        may: whether the node may write; not once its lease is lost.
    """

    def __init__(self, writes: Writes, keys: Keys, emit: Callable[[Event], None], may: Callable[[], bool]) -> None:
        self._writes = writes
        self._keys = keys
        self._emit = emit
        self._may = may
        self._is_due = self._is_told = False
        self._is_whole = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def __call__(self, event: Event) -> None:
        """Begin once the database is back, and begin anew when it was lost again."""
        if isinstance(event, CacheLost):
            self._is_due = True
            self._is_whole.clear()
            self._cancel()
        elif isinstance(event, CacheBack):
            self._cancel()
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def finish(self) -> bool:
        """Let it come to its end before the node does; return whether the database has all that was written.

        Where the database is away it is awaited too. What was not compared by then is told as missing.
        """
        if self._is_due:
            self._emit(StopWaits("the cache's database to have all that was written", COMPARED_WITHIN_SECS))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_whole.wait(), COMPARED_WITHIN_SECS)
        if self._is_due:
            self._emit(WritesMissing({"*": "the node ended before it could compare; its next start may find less"}))
        return not self._is_due

    def close(self) -> None:
        """End it."""
        self._cancel()
        self._keys.close()

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        begun = asyncio.get_running_loop().time()
        self._is_told = False
        while True:
            try:
                mended, missing = await self._compared(begun)
            except (RedisError, OSError) as error:  # away again, which the watch tells, or it refuses to be read
                self._tell_late(begun, " ".join(str(error).split()))
                await asyncio.sleep(AGAIN_SECS)
            else:
                break
        self._is_due = False
        self._is_whole.set()
        if missing:
            self._emit(WritesMissing(missing))
        self._emit(WritesMended(tuple(sorted(mended)), asyncio.get_running_loop().time() - begun))

    def _tell_late(self, begun: float, reason: str) -> None:
        """Tell once that it takes too long; it goes on all the same."""
        if not self._is_told and asyncio.get_running_loop().time() > begun + LATE_AFTER_SECS:
            self._is_told = True
            self._emit(WritesMissing({"*": reason}))

    async def _compared(self, begun: float) -> tuple[set[str], dict[str, str]]:
        """Compare until nothing is found missing; return the keys that were mended, and why others were not."""
        mended: set[str] = set()
        missing: dict[str, str] = {}
        for _ in range(ROUNDS):
            written = self._writes.taken()
            await self._drained(begun)
            lacking = await asyncio.to_thread(self._lacking, written)
            changed = await self._completed(written, lacking, mended, missing)
            rest = self._writes.write_again(written, lacking) if self._may() else frozenset()
            mended |= rest
            if not changed and not rest:
                break
        else:
            missing |= dict.fromkeys(changed | rest, "it changes faster than it can be compared")
        return mended, missing

    def _lacking(self, written: Written) -> Lacking:
        return self._writes.lacking(written, self._keys.read(written))

    async def _drained(self, begun: float) -> None:
        """Return once all that the engine had written by now is there, or lost."""
        loop = asyncio.get_running_loop()
        marks: set[bytes | None] = set()
        while True:
            mark, marked = secrets.token_hex(8).encode(), loop.time()
            self._writes.mark(mark)
            marks.add(mark)
            while loop.time() < marked + MARKED_AGAIN_SECS:
                await asyncio.sleep(LOOKED_AT_EVERY_SECS)
                if await asyncio.to_thread(self._keys.marked) in marks:
                    return
            self._tell_late(begun, "the engine writes nothing, although the database answers")

    async def _completed(
        self, written: Written, lacking: Lacking, mended: set[str], missing: dict[str, str]
    ) -> set[str]:
        """Complete histories; return the keys of those that have changed meanwhile."""
        changed: set[str] = set()
        for some in batched([key for key in lacking.histories if key not in missing], AT_ONCE):
            wanted: dict[str, tuple[bytes, ...]] = {}
            for key in some:
                try:
                    whole = self._writes.whole(key, written.histories[key], lacking.histories[key])
                except HistoryDiffersError as error:
                    missing[key] = str(error)
                    continue
                if whole is None:
                    changed.add(key)
                elif whole != lacking.histories[key]:
                    wanted[key] = whole
            done, refused = await asyncio.to_thread(self._write, lacking, wanted)
            mended |= done
            missing |= refused
            changed |= wanted.keys() - done - refused.keys()
        return changed

    def _write(self, lacking: Lacking, wanted: dict[str, tuple[bytes, ...]]) -> tuple[set[str], dict[str, str]]:
        done: set[str] = set()
        refused: dict[str, str] = {}
        for key, whole in wanted.items():
            try:
                if self._keys.complete(key, lacking.histories[key], whole, self._may):
                    done.add(key)
            except ResponseError as error:
                refused[key] = " ".join(str(error).split())
        return done, refused
