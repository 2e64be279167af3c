"""The acceleration `batched_writes`: while a start brings history in, many writes go to the database at a time.

An order that comes in is eighteen commands, and the engine's client sends each by itself and waits for its answer. A
node that took in 10,000 orders runs, and still writes for many seconds; one that only reconciles waits for that. The
same client has a buffer for it, which takes what comes within an interval and sends it as one pipeline, in its order.
And most of the eighteen say of an index that it lists the order, or does not: as it was submitted, accepted, filled.
What is gathered together says only what it comes to, and nothing that stands there already.
Once a node runs each write goes out at once again, so that a crash loses none: what a kill may lose of a start, the
venue tells again. The connection of that has rested for a whole start by then, and one that was cut is found out by the
write that it loses: of an order's first event the engine would never write the second. So it is tried before it is
relied on. Read in `crates/infrastructure/src/redis/cache.rs` of 1.231.0.
"""

import asyncio
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import msgspec
from redis.exceptions import RedisError

from reconciliation.cache_client import connect
from reconciliation.engine.v1.cache_keys import HASHES
from reconciliation.engine.written import MARK, MARKED_AGAIN_SECS

INTERVAL_MS: Final = 10
"""How long the engine's client gathers what it sends at once; the least that upstream recommends."""
A_TURN: Final = 1_000
"""How many commands wait at the most for the end of a turn."""
INDEX: Final = "index:"
WRITES: Final = ("insert", "update", "delete")
"""The commands that a trading node gives, twenty an order."""
LOOKED_AT_EVERY_SECS: Final = 0.01


def written_through(client: Any, url: str, key: str, is_over: threading.Event) -> None:
    """Return once all that was given to a client of the engine's is in the database, and what follows will be too.

    Or when it is over. The client's own `close` waits for the first of that as well, and keeps the interpreter from all
    else meanwhile: where a database hangs, for as long as it does (measured).

    Args:
        client: given a mark again and again, until one is there.
        url: of the database.
        key: of the mark, with the trader's prefix.
        is_over: set when it is not to be waited for any more.
    """
    marks: set[bytes] = set()
    with connect(url) as reader:
        while not is_over.is_set():
            marks.add(mark := secrets.token_hex(8).encode())
            client.insert(MARK, [mark])
            again = time.monotonic() + MARKED_AGAIN_SECS
            while time.monotonic() < again and not is_over.is_set():
                with suppress(RedisError, OSError):
                    if reader.get(key) in marks:
                        return
                is_over.wait(LOOKED_AT_EVERY_SECS)


def in_background(work: Callable[[], None]) -> Callable[[], None]:
    """Do something in a thread that keeps no process alive, and return what waits for its end."""
    thread = threading.Thread(target=work, name="cache-batches", daemon=True)
    thread.start()
    return thread.join


class BatchedWrites:
    """Stands where the engine's client is: writes by one that gathers, until it is told to write at once.

    What is written in one turn of the event loop is handed to that client together, too: each single command would wake
    the thread that it works in.

    Args:
        make: makes the engine's own client.
        arguments: with which the engine makes it.
        reader: what reads, and writes at once; it was made the same way.
        url: of the database.
    """

    def __init__(self, make: Callable[..., Any], arguments: dict[str, Any], reader: Any, url: str) -> None:
        config = msgspec.json.decode(arguments["config_json"]) | {"buffer_interval_ms": INTERVAL_MS}
        self._at_once = reader
        self._url = url
        self._mark = f"trader-{arguments['trader_id']}:{MARK}"
        self._client = make(**arguments | {"config_json": msgspec.json.encode(config)})
        self._turn: list[tuple[str, tuple[Any, ...]]] = []
        self._wanted: dict[str, dict[bytes, tuple[bool, Any]]] = {}
        """By index, whether a member is to stand in it after this turn, and what was to be written."""
        self._listed: dict[str, dict[bytes, bool]] = {}
        """By index, whether a member stands in it, as far as that is known."""
        self._there = {name.partition(":")[2] for name in reader.keys(f"{INDEX}*")}
        """The indices that list anything: of another one nothing needs to be taken out."""
        self._is_due = False
        self._waiting: list[tuple[str, tuple[Any, ...]]] | None = None
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._await_end: Callable[[], None] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._at_once, name)

    def insert(self, key: str, payload: Any) -> None:
        """Write a value, or append to a list."""
        if self._is_of_index(key, payload):
            self._note(key, payload, belongs=True)
        else:
            self._write("insert", key, payload)

    def update(self, key: str, payload: Any) -> None:
        """Append to a list that is there."""
        self._write("update", key, payload)

    def delete(self, key: str, payload: Any = None) -> None:
        """Remove a key, or a member of an index."""
        if self._is_of_index(key, payload):
            self._note(key, payload, belongs=False)
        else:
            self._write("delete", key, payload)

    def delete_order(self, client_order_id: str) -> None:
        """Remove an order and its place in every index."""
        self._forget_indices()
        self._write("delete_order", client_order_id)

    def delete_position(self, position_id: str) -> None:
        """Remove a position and its place in every index."""
        self._forget_indices()
        self._write("delete_position", position_id)

    def delete_account_event(self, account_id: str, event_id: str) -> None:
        """Remove an event of an account."""
        self._write("delete_account_event", account_id, event_id)

    def flushdb(self) -> None:
        """Remove everything."""
        self._forget_indices()
        self._at_once.flushdb()

    def _is_of_index(self, key: str, payload: Any) -> bool:
        """Whether a command says what an index lists, and history comes in still."""
        return self._await_end is None and payload is not None and key.startswith(INDEX) and key not in HASHES

    def _note(self, key: str, payload: Any, *, belongs: bool) -> None:
        self._wanted.setdefault(key, {})[payload[0]] = belongs, payload
        self._hand_over_soon()

    def _forget_indices(self) -> None:
        """Write what indices are to list; what they list then is not known any more."""
        if self._await_end is None:
            self._hand_over()
            self._there |= self._listed.keys()
            self._listed.clear()

    def _write(self, command: str, *values: Any) -> None:
        if self._await_end is None:
            self._turn.append((command, values))
            self._hand_over_soon()
            return
        if self._waiting is not None:
            with self._lock:
                if self._waiting is not None:
                    self._waiting.append((command, values))
                    return
        getattr(self._at_once, command)(*values)

    def _hand_over_soon(self) -> None:
        """Hand over what is gathered when the loop turns, or when it is enough."""
        if len(self._turn) >= A_TURN:
            self._hand_over()
        elif not self._is_due:
            try:
                asyncio.get_running_loop().call_soon(self._hand_over)
                self._is_due = True
            except RuntimeError:  # no loop runs while a node is made
                self._hand_over()

    def _hand_over(self) -> None:
        self._is_due = False
        turn, self._turn = self._turn, []
        wanted, self._wanted = self._wanted, {}
        for command, values in turn:
            self._gather(command, *values)
        for key, members in wanted.items():
            listed = self._listed.setdefault(key, {})
            before = None if key in self._there else False
            for name, (belongs, payload) in members.items():
                if listed.get(name, before) is not belongs:
                    listed[name] = belongs
                    self._gather("insert" if belongs else "delete", key, payload)

    def _gather(self, command: str, *values: Any) -> None:
        try:
            getattr(self._client, command)(*values)
        except ValueError:  # a database that takes so many connections has taken the other one
            self._client = self._at_once
            getattr(self._at_once, command)(*values)

    def write_at_once(self) -> None:
        """Send what is written from now on by itself, behind all that was gathered; until that is out it waits here.

        Where the database is away it waits for it, as every write does.
        """
        if self._await_end is None:
            self._forget_indices()
            self._waiting = []
            self._await_end = in_background(self._change_over)

    def _change_over(self) -> None:
        if self._client is not self._at_once:
            for client in (self._client, self._at_once):
                with suppress(ValueError):  # it takes nothing any more, and whoever writes is told so
                    written_through(client, self._url, self._mark, self._is_over)
        if not self._is_over.is_set():
            self._release()

    def _release(self) -> None:
        """Write by itself what waits, behind all that was gathered."""
        if self._client is not self._at_once:
            self._client.close()
            self._client = self._at_once
        with self._lock:
            try:
                for command, values in self._waiting or ():
                    getattr(self._at_once, command)(*values)
            finally:
                self._waiting = None
                for command in WRITES:  # a node that runs pays nothing for what stands before its client
                    setattr(self, command, getattr(self._at_once, command))

    def leave(self) -> None:
        """Write nothing any more of what waits here."""
        self._is_over.set()

    def close(self) -> None:
        """Send what is left, and close the connections; waits for the database."""
        self._is_over.set()
        if self._await_end is not None:
            self._await_end()
        else:
            self._hand_over()
        self._release()
        self._at_once.close()
