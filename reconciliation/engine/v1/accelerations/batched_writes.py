"""The acceleration `batched_writes`: while a start brings history in, many writes go to the database at a time.

An order that comes in is eighteen commands, and the engine's client sends each by itself and waits for its answer. A
node that took in 10,000 orders runs, and still writes for many seconds; one that only reconciles waits for that. The
same client has a buffer for it, which takes what comes within an interval and sends it as one pipeline, in its order.
And of the eighteen some say again what stands there already, of an index that lists the order; those are left out.
Once a node runs each write goes out at once again, so that a crash loses none: what a kill may lose of a start, the
venue tells again. Read in `crates/infrastructure/src/redis/cache.rs` of 1.231.0.
"""

import asyncio
import threading
from collections.abc import Callable
from typing import Any, Final

import msgspec

INTERVAL_MS: Final = 10
"""How long the engine's client gathers what it sends at once; the least that upstream recommends."""
A_TURN: Final = 1_000
"""How many commands wait at the most for the end of a turn."""
INDEX: Final = "index:"
HASHES: Final = ("index:order_position", "index:order_client")
"""The indices that hold a value for each member."""


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
    """

    def __init__(self, make: Callable[..., Any], arguments: dict[str, Any], reader: Any) -> None:
        config = msgspec.json.decode(arguments["config_json"]) | {"buffer_interval_ms": INTERVAL_MS}
        self._at_once = reader
        self._client = make(**arguments | {"config_json": msgspec.json.encode(config)})
        self._turn: list[tuple[str, tuple[Any, ...]]] = []
        self._listed: dict[tuple[str, bytes], bool] = {}
        """Whether a member stands in an index, as it was written last."""
        self._waiting: list[tuple[str, tuple[Any, ...]]] | None = None
        self._lock = threading.Lock()
        self._await_end: Callable[[], None] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._at_once, name)

    def insert(self, key: str, payload: Any) -> None:
        """Write a value, or append to a list."""
        if not self._is_listed(key, payload, belongs=True):
            self._write("insert", key, payload)

    def update(self, key: str, payload: Any) -> None:
        """Append to a list that is there."""
        self._write("update", key, payload)

    def delete(self, key: str, payload: Any = None) -> None:
        """Remove a key, or a member of an index."""
        if not self._is_listed(key, payload, belongs=False):
            self._write("delete", key, payload)

    def delete_order(self, client_order_id: str) -> None:
        """Remove an order and its place in every index."""
        self._listed.clear()
        self._write("delete_order", client_order_id)

    def delete_position(self, position_id: str) -> None:
        """Remove a position and its place in every index."""
        self._listed.clear()
        self._write("delete_position", position_id)

    def delete_account_event(self, account_id: str, event_id: str) -> None:
        """Remove an event of an account."""
        self._write("delete_account_event", account_id, event_id)

    def _is_listed(self, key: str, payload: Any, *, belongs: bool) -> bool:
        """Whether an index lists a member as it should, or does not; noted while history comes in."""
        if self._await_end is not None or payload is None or not key.startswith(INDEX) or key in HASHES:
            return False
        member = key, payload[0]
        if self._listed.get(member) is belongs:
            return True
        self._listed[member] = belongs
        return False

    def _write(self, command: str, *values: Any) -> None:
        if self._await_end is None:
            self._gather(command, values)
            return
        if self._waiting is not None:
            with self._lock:
                if self._waiting is not None:
                    self._waiting.append((command, values))
                    return
        getattr(self._at_once, command)(*values)

    def _gather(self, command: str, values: tuple[Any, ...]) -> None:
        self._turn.append((command, values))
        if len(self._turn) >= A_TURN:
            self._hand_over()
        elif len(self._turn) == 1:
            try:
                asyncio.get_running_loop().call_soon(self._hand_over)
            except RuntimeError:  # no loop runs while a node is made
                self._hand_over()

    def _hand_over(self) -> None:
        turn, self._turn = self._turn, []
        for command, values in turn:
            getattr(self._client, command)(*values)

    def write_at_once(self) -> None:
        """Send what is written from now on by itself, behind all that was gathered; until that is out it waits here.

        Where the database is away it waits for it, as every write does.
        """
        if self._await_end is None:
            self._listed.clear()
            self._hand_over()
            self._waiting = []
            self._await_end = in_background(self._change_over)

    def _change_over(self) -> None:
        self._client.close()
        with self._lock:
            for command, values in self._waiting or ():
                getattr(self._at_once, command)(*values)
            self._waiting = None

    def close(self) -> None:
        """Send what is left, and close the connections; waits for the database."""
        if self._await_end is not None:
            self._await_end()
        else:
            self._hand_over()
            self._client.close()
        self._at_once.close()
