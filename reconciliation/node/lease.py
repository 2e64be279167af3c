"""One writer: a node holds its trader id and its venue accounts as leases in the database of its cache.

Two nodes with one trader id write into the same histories, and neither can be loaded again. So a node takes a lease
before its engine is built, renews it from a thread as long as it lives, and gives it back at its very end, when all is
written. A lease that was lost, because the process was paused or somebody else has taken it, ends the node at once.

A lease is `recon:lease:<name>`, one of Redis's own locks (`redis.lock`): a value that is only its holder's, and that
expires unless it is renewed. Beside it `recon:lease:<name>:number` counts its holders and never shrinks.

While the database is away for all, nobody can take a lease, and the holder may go on. Where the lease has expired
meanwhile, the count says whether somebody else held it; where nobody did, it is taken up again. But a database that is
away for this node alone looks the same from here, and another node can take the lease then: whether the holder goes on
is for `node.on_unproven_lease` to say.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

from redis.exceptions import LockError, LockNotOwnedError, NoPermissionError, RedisError
from redis.lock import Lock

from reconciliation.cache_client import connect
from reconciliation.engine.lifecycle import Event, LeaseAwaited, LeaseLost, LeaseTaken
from reconciliation.node.errors import LeaseHeldError, LeaseLostError, PreflightError
from reconciliation.node.holder import Holder
from reconciliation.rules.database import RENEWALS
from reconciliation.settings.node import NodeSettings
from reconciliation.settings.urls import masked_url

PREFIX: Final = "recon:lease:"
COUNT: Final = ":number"
"""What the key of its count of holders ends with."""
RIGHTS: Final = "~recon:lease:* +set +get +incrby +del +pttl +pexpire +evalsha +script|load"
"""What a user with an ACL needs for it."""
LOOKED_AT_EVERY_SECS: Final = 0.1
"""While a boot waits whether the holder of a lease still lives."""
AGAIN_SECS: Final = 0.5
"""From one attempt to the next while the database is away."""
ANSWERS_WITHIN_SECS: Final = 1.0
_GONE: Final = -2
"""What a database answers that is asked how long a key lasts which is not there."""


class Lease:
    """Holds leases from its construction until it is released, or they are lost.

    Args:
        url: of the database, which answered a moment ago.
        names: what is held, such as `trader:MAKER-001`.
        node: whose trader id it is, and how long a lease lasts that is not renewed.
        tell: told of `LeaseAwaited`, and from a thread of `LeaseTaken` and `LeaseLost`.
        go_on: called while it waits; raises where it is to wait no longer.

    Raises:
        LeaseHeldError: another node that lives holds one of them.
        LeaseLostError: one expired while another was awaited, and somebody else took it.
        PreflightError: the database does not keep leases for this user.
    """

    def __init__(
        self,
        url: str,
        names: Iterable[str],
        node: NodeSettings,
        tell: Callable[[Event], None],
        go_on: Callable[[], None],
    ) -> None:
        self._client = connect(url, ANSWERS_WITHIN_SECS)
        self._trader_id = node.trader_id
        self._lasts_secs = node.lease_secs
        self._goes_on = node.on_unproven_lease == "go_on"
        self._tell = tell
        self._go_on = go_on
        self._held: dict[str, tuple[Lock, Holder]] = {}
        self._closed = threading.Event()
        self._lost = threading.Event()
        self._wakers: list[Callable[[], None]] = []
        try:
            self._take_all(names)
        except BaseException as error:
            self._give_back()
            if isinstance(error, NoPermissionError):
                raise PreflightError(
                    f"the cache at {masked_url(url)} keeps no lease for this user ({error})",
                    f"grant {RIGHTS}, or set node.lease = false",
                ) from None
            if isinstance(error, RedisError | OSError):
                reason = " ".join(str(error).split())
                raise PreflightError(f"the cache at {masked_url(url)} failed ({reason})", "see to it") from None
            raise
        self._thread = threading.Thread(target=self._run, name="lease", daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Give the leases back; where the database does not answer, they expire by themselves."""
        self._closed.set()
        self._thread.join()
        if self._lost.is_set():  # it is another's, or nobody answers
            self._client.close()
        else:
            self._give_back()

    @property
    def numbers(self) -> dict[str, int]:
        """Each lease by its name, with its count of holders, which only grows."""
        return {name: holder.number for name, (_, holder) in self._held.items()}

    def is_ours(self) -> bool:
        """Whether nobody else can hold them: a process that was paused finds it out here before anything else."""
        return not self._lost.is_set() and self._left() > 0

    async def lost(self) -> None:
        """Return once they are lost."""
        event, loop = asyncio.Event(), asyncio.get_running_loop()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop is closed, and the node with it
                loop.call_soon_threadsafe(event.set)

        self._wakers.append(wake)
        try:
            if not self._lost.is_set():
                await event.wait()
        finally:
            self._wakers.remove(wake)

    # -- Taking --------------------------------------------------------------------------------------

    def _take_all(self, names: Iterable[str]) -> None:
        # No lease is older than the clock by which a pause is found.
        self._looked = self._proven = begun = _now()
        for name in names:
            self._take(name)
        if _now() - begun >= LOOKED_AT_EVERY_SECS:  # the first may have waited for the last
            self._looked = self._proven = _now()
            if reason := self._renewed():
                raise LeaseLostError(reason, "start again")
        self._tell(LeaseTaken(self.numbers))

    def _take(self, name: str) -> None:
        lock = Lock(self._client, PREFIX + name, self._lasts_secs, blocking=False, thread_local=False)
        is_told = False
        earlier, left_ms = None, 0
        while not self._taken(name, lock):
            value, left = self._value(lock), self._client.pttl(lock.name)
            if value is None or left == _GONE:  # it ended since it was looked for
                earlier = None
                continue
            holder = Holder.read(value)
            if left < 0 or (earlier is not None and (value != earlier or left > left_ms)):
                raise LeaseHeldError(name, holder, time.time())
            earlier, left_ms = value, left
            if holder is not None and holder.process is not None and holder.process.has_ended():
                _end(lock, value)
                earlier = None
                continue
            if not is_told:
                is_told = True
                self._tell(LeaseAwaited(name, str(holder) if holder else "somebody", left / 1_000))
            self._closed.wait(LOOKED_AT_EVERY_SECS)
            self._go_on()

    def _taken(self, name: str, lock: Lock) -> bool:
        """Take a lease if nobody holds it; who counts and does not get it has used a number up, which harms nobody."""
        if self._client.get(lock.name) is not None:
            return False
        holder = Holder.current(self._trader_id, self._client.incr(lock.name + COUNT))
        if not lock.acquire(token=holder.model_dump_json()):
            return False
        self._held[name] = lock, holder
        return True

    def _value(self, lock: Lock) -> bytes | None:
        value = self._client.get(lock.name)
        assert not isinstance(value, str)  # noqa: S101 - the client decodes nothing
        return value

    def _give_back(self) -> None:
        with suppress(RedisError, OSError):  # whoever cannot be told finds it expired
            for lock, _ in self._held.values():
                with suppress(LockError):
                    lock.release()
        self._held.clear()
        self._client.close()

    # -- Keeping -------------------------------------------------------------------------------------

    def _run(self) -> None:
        pause = self._lasts_secs / RENEWALS
        while not self._closed.wait(pause):
            if not self._goes_on and (left := self._left()) < ANSWERS_WITHIN_SECS * len(self._held):
                # No answer would come in time; what is sent is fenced off by then, and the node is told at once.
                self._closed.wait(max(left, 0.0))
            if not self.is_ours():
                self._lose(self._doubt())
                return
            self._looked = _now()
            try:
                reason = self._renewed()
                self._proven = self._looked
                pause = self._lasts_secs / RENEWALS
            except (RedisError, OSError):  # the cache watch tells of it
                reason, pause = "", min(AGAIN_SECS, self._lasts_secs / RENEWALS)
            if reason:
                self._lose(reason)
                return

    def _silent(self) -> float:
        """Return for how many seconds the lease may have been another's for all that is known here."""
        return _now() - (self._looked if self._goes_on else self._proven)

    def _left(self) -> float:
        """Return for how many seconds more nobody else can hold the lease."""
        return self._lasts_secs - self._silent()

    def _doubt(self) -> str:
        lasts = f"and the lease lasts {self._lasts_secs:g} s"
        if (paused := _now() - self._looked) > self._lasts_secs:
            return f"the process was paused, or held by one long call, for {paused:.0f} s, {lasts}"
        return f"the cache's database has not answered for {self._silent():.0f} s, {lasts}"

    def _renewed(self) -> str:
        """Renew all; return why one is lost, empty where none is.

        Raises:
            RedisError: the database is away, or takes nothing.
        """
        for name, (lock, holder) in self._held.items():
            try:
                lock.reacquire()
            except LockNotOwnedError:
                other = Holder.read(self._value(lock))
                if other is not None:
                    return f"{name} is held by {other}"
                number = self._client.get(lock.name + COUNT)
                if number is not None and int(number) != holder.number:
                    return f"{name} expired, and somebody else has held it meanwhile"
                if not self._taken(name, lock):
                    return f"{name} expired, and somebody else has taken it"
                self._tell(LeaseTaken({name: self._held[name][1].number}))
        return ""

    def _lose(self, reason: str) -> None:
        self._lost.set()
        self._tell(LeaseLost(reason))
        for wake in tuple(self._wakers):
            wake()


def _end(lock: Lock, value: bytes | None) -> None:
    """End the lease of a process that lives no more, unless it has another holder by now."""
    lock.local.token = value
    with suppress(LockError):
        lock.release()


def _now() -> float:
    """Return a clock's seconds that goes on while the whole machine sleeps, where there is one."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock)
