"""The store behind a cache, in memory: what Redis does with the engine's commands, and what a kill leaves of them.

`orders:`, `positions:` and `accounts:` are lists, to which `insert` and `update` append, `update` only where the key
exists. `index:` keys are sets of the first value of a write, but for two hashes, which are read as one JSON object. All
else holds one value. A test holds this against a real server.
"""

import fnmatch
import json
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct, field

from reconciliation.engine.v1.cache_keys import HASHES

LISTS: Final = ("orders", "positions", "accounts")
FIRST_LOST: Final = 1
"""The write that is in flight when the server goes away is lost, whatever the client's retries (measured)."""


class Write(Struct, frozen=True):
    """One command as it reaches the server."""

    command: str
    key: str
    values: tuple[bytes, ...] = ()


class _Keys(Struct):
    lists: dict[str, list[bytes]] = field(default_factory=dict)
    sets: dict[str, dict[bytes, None]] = field(default_factory=dict)
    hashes: dict[str, dict[bytes, bytes]] = field(default_factory=dict)
    values: dict[str, bytes] = field(default_factory=dict)

    def apply(self, write: Write) -> None:
        kind = write.key.partition(":")[0]
        match write.command:
            case "insert" if kind in LISTS:
                self.lists.setdefault(write.key, []).extend(write.values)
            case "update" if kind in LISTS:
                if write.key in self.lists:
                    self.lists[write.key].extend(write.values)
            case "insert" | "update" if kind == "index":
                if write.key in HASHES:
                    self.hashes.setdefault(write.key, {})[write.values[0]] = write.values[1]
                else:
                    self.sets.setdefault(write.key, {})[write.values[0]] = None
            case "insert" | "update":
                self.values[write.key] = write.values[0]
            case "put":
                self.lists[write.key] = list(write.values)
            case "delete" if kind == "index" and write.values:
                self._take_out(write.key, write.values[0])
            case _:
                for keys in (self.lists, self.sets, self.hashes, self.values):
                    keys.pop(write.key, None)

    def forget(self, kind: str, value: bytes) -> None:
        """Take an order or a position out of the indices of its kind."""
        for key in (*self.sets, *self.hashes):
            if key.startswith(f"index:{kind}"):
                self._take_out(key, value)

    def _take_out(self, key: str, value: bytes) -> None:
        """Take a value out of an index; an empty one is none."""
        for keys in (self.sets, self.hashes):
            if key in keys:
                keys[key].pop(value, None)
                if not keys[key]:
                    del keys[key]


class SimulatedDatabase:
    """One trader's keys, as a log of writes of which the last may be lost.

    Args:
        now_secs: virtual time, for interruptions and slowness.
    """

    def __init__(self, now_secs: Callable[[], float]) -> None:
        self._now_secs = now_secs
        self._log: list[Write] = []
        self._keys = _Keys()
        self._applied = 0
        self._under_way: deque[tuple[float, Write]] = deque()
        self._lag_secs = 0.0
        self._back_at = 0.0
        self._to_lose = 0
        self._found = 0
        self._has_forgotten = False
        self.restarts = 0

    def begin(self) -> None:
        """Take in a process that begins: what it finds is there for good, whatever is lost of what it writes."""
        self._arrive()
        self._found = len(self._log)

    def write(self, write: Write) -> None:
        """Take a command, which has an effect once it has arrived."""
        now = self._now_secs()
        self._arrive()
        if self.is_away and self._to_lose:
            self._to_lose -= 1
            return
        due = max(now + self._lag_secs, self._back_at)
        if due > now or self._under_way:
            self._under_way.append((due, write))
        else:
            self._log.append(write)

    def lose_last(self, writes: int) -> None:
        """Forget the last writes of the process that lives, as one that is killed does with what it had not sent.

        Raises:
            RuntimeError: it keeps no log of them.
        """
        if self._has_forgotten:
            raise RuntimeError("what was written is there for good: its log was forgotten")
        self._arrive()
        self._under_way.clear()
        del self._log[max(self._found, len(self._log) - writes) :]
        self._keys, self._applied = _Keys(), 0

    def forget_log(self) -> None:
        """Keep what was written and no log of it: none of it can be lost any more, and months need no memory."""
        self._keys, self._has_forgotten = self._current, True
        self._log, self._found, self._applied = [], 0, 0

    def clear(self) -> None:
        """Forget everything, as a server does that is started again without its data."""
        self.restarts += 1
        self._log, self._found, self._has_forgotten = [], 0, False
        self._under_way.clear()
        self._keys, self._applied = _Keys(), 0

    def interrupt(self, secs: float) -> None:
        """Take no writes for so long; then those that were held back, but the first."""
        self._arrive()
        self._back_at = self._now_secs() + secs
        self._to_lose = FIRST_LOST

    def slow_down(self, secs: float) -> None:
        """Take every write so much later from now on; at 0 what was late arrives at once."""
        self._lag_secs = secs
        if not secs and not self.is_away:
            self.leave()

    @property
    def is_away(self) -> bool:
        """Whether it takes nothing now."""
        return self._now_secs() < self._back_at

    def leave(self) -> None:
        """Take what is under way, for a client that closes; one whose server is away drops it without a word."""
        if not self.is_away:
            self._log += (write for _, write in self._under_way)
        self._under_way.clear()

    def _arrive(self) -> None:
        now = self._now_secs()
        while self._under_way and self._under_way[0][0] <= now:
            self._log.append(self._under_way.popleft()[1])

    @property
    def _current(self) -> _Keys:
        self._arrive()
        for write in self._log[self._applied :]:
            self._keys.apply(write)
            if write.command in {"delete_order", "delete_position"}:
                self._keys.forget(write.command.removeprefix("delete_"), write.key.partition(":")[2].encode())
        self._applied = len(self._log)
        return self._keys

    def histories(self) -> Mapping[str, tuple[bytes, ...]]:
        """Return the order and position histories, event by event, by key."""
        lists = self._current.lists
        return {key: tuple(events) for key, events in lists.items() if not key.startswith("accounts:")}

    def read(self, key: str) -> list[bytes]:
        """Return what a key holds, as the engine's client returns it."""
        keys = self._current
        if key in keys.lists:
            return list(keys.lists[key])
        if key in keys.hashes:
            return [json.dumps({k.decode(): v.decode() for k, v in keys.hashes[key].items()}).encode()]
        if key in keys.sets:
            return list(keys.sets[key])
        return [keys.values[key]] if key in keys.values else []

    def fields(self, key: str) -> Mapping[bytes, bytes]:
        """Return what an index holds that is a hash."""
        return self._current.hashes.get(key, {})

    def put(self, key: str, events: tuple[bytes, ...]) -> None:
        """Replace a history at once; what is under way arrives after it."""
        self._arrive()
        self._log.append(Write("put", key, events))

    def names(self, pattern: str) -> list[str]:
        """Return the keys that match a pattern."""
        keys = self._current
        found = (*keys.lists, *keys.sets, *keys.hashes, *keys.values)
        return [name for name in found if fnmatch.fnmatchcase(name, pattern)]


class DatabaseClient:
    """What a node holds of it: stands where the engine's Redis client is.

    Args:
        database: the trader's.
        trader_id: its id.
        tell: told of every command.
    """

    def __init__(self, database: SimulatedDatabase, trader_id: str, tell: Callable[[Write], None]) -> None:
        database.begin()
        self._database = database
        self._trader_id = trader_id
        self._tell = tell
        self._is_open = True

    def cut(self) -> None:
        """Let nothing through any more: the process is dead."""
        self._is_open = False

    def _write(self, command: str, key: str, values: Any = None) -> None:
        if self._is_open:
            write = Write(command, key, tuple(bytes(value) for value in values or ()))
            self._tell(write)
            self._database.write(write)

    def insert(self, key: str, payload: Any) -> None:
        """Write a value, or append to a list."""
        self._write("insert", key, payload)

    def update(self, key: str, payload: Any) -> None:
        """Append to a list that is there."""
        self._write("update", key, payload)

    def delete(self, key: str, payload: Any = None) -> None:
        """Remove a key, or a member of an index."""
        self._write("delete", key, payload)

    def delete_order(self, client_order_id: str) -> None:
        """Remove an order and its place in every index."""
        self._write("delete_order", f"orders:{client_order_id}")

    def delete_position(self, position_id: str) -> None:
        """Remove a position and its place in every index."""
        self._write("delete_position", f"positions:{position_id}")

    def read(self, key: str) -> list[bytes]:
        """Return what a key holds."""
        return self._database.read(key)

    def read_bulk(self, keys: list[str]) -> list[bytes | None]:
        """Return the first value of each key, named as `keys` names them."""
        return [next(iter(self._database.read(key.partition(":")[2])), None) for key in keys]

    def keys(self, pattern: str) -> list[str]:
        """Return the keys that match, with a prefix before the first colon."""
        return [f"trader-{self._trader_id}:{name}" for name in self._database.names(pattern)]

    def flushdb(self) -> None:
        """Remove everything."""
        self._database.clear()

    def close(self) -> None:
        """Close it; what was written stays, and what is under way arrives if it can."""
        if self._is_open:
            self._is_open = False
            self._database.leave()
