"""One run in virtual time: where the seams of the engine are, and what stands in them meanwhile."""

import asyncio
import gc
import hashlib
import re
import types
import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from random import Random
from typing import Any, Final

from nautilus_trader.adapters.binance.http import client as http_module
from nautilus_trader.adapters.binance.http import market as market_module
from nautilus_trader.adapters.binance.websocket import client as stream_module
from nautilus_trader.adapters.binance.websocket import user as user_stream_module
from nautilus_trader.common.component import init_logging, is_logging_initialized
from nautilus_trader.core import nautilus_pyo3
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.live import execution_engine as engine_module
from nautilus_trader.live import retry as retry_module
from nautilus_trader.system import kernel as kernel_module

from reconciliation.engine.simulation import Entry, KilledError, SimulatedVenue
from reconciliation.engine.v1.accelerations import batched_writes, bulk_reads
from reconciliation.engine.v1.simulated.clock import clock_class
from reconciliation.engine.v1.simulated.database import DatabaseClient, SimulatedDatabase, Write
from reconciliation.engine.v1.simulated.loop import VirtualLoop
from reconciliation.engine.v1.simulated.time import SECOND_NS, VirtualTime
from reconciliation.engine.v1.simulated.transports import (
    Network,
    StreamConfig,
    http_client,
    market_client,
    stream_client,
)
from reconciliation.engine.v1.start import loading

_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_graveyard: Final[list[Any]] = []
"""What processes left: collecting the coroutines of a killed one would run what they do at an orderly end."""


class World:
    """One run.

    Args:
        venue: the venue that its nodes reach.
        start_ns: when it begins, nanoseconds since the epoch.
        seed: what its delays, its jitter and its ids are drawn from.
    """

    def __init__(self, venue: SimulatedVenue, start_ns: int, seed: int) -> None:
        self.time = VirtualTime(start_ns)
        self.trace: list[Entry] = []
        self.is_traced = True
        self._random = Random(seed)  # noqa: S311 - a run is to be repeated, not to be secret
        self._network = Network(venue, self._random, self.note, self._after)
        self._databases: dict[str, SimulatedDatabase] = {}
        self._clients: list[DatabaseClient] = []
        self._digest = hashlib.sha256()
        self._numbers: dict[str, str] = {}
        self._hearers: list[Callable[[Entry], None]] = []

    @property
    def now_ns(self) -> int:
        """Virtual time, nanoseconds since the epoch."""
        return self.time.now_ns

    @property
    def digest(self) -> str:
        """A digest of everything that happened so far."""
        return self._digest.hexdigest()

    def note(self, kind: str, text: str) -> None:
        """Add to what happened."""
        if not self.is_traced:
            entry = Entry(self.now_ns, kind, text)
            for hear in self._hearers:
                hear(entry)
            return
        if "-4" in text:  # as in every id of that kind; most texts are long and hold none
            text = _UUID.sub(self._numbered, text)
        entry = Entry(self.now_ns, kind, text)
        self.trace.append(entry)
        for hear in self._hearers:
            hear(entry)
        self._digest.update(f"{self.now_ns} {kind} {text}\n".encode())

    def _numbered(self, found: re.Match[str]) -> str:
        return self._numbers.setdefault(found[0], f"id-{len(self._numbers) + 1}")

    def at(self, ns: int, action: Callable[[], None]) -> None:
        """Have something done at a time, between two turns of the loop."""
        self.time.at(ns, action)

    def _after(self, secs: float, action: Callable[[], None]) -> None:
        self.at(self.now_ns + int(secs * SECOND_NS), action)

    def hear(self, hearer: Callable[[Entry], None]) -> None:
        """Tell somebody of everything that happens from now on."""
        self._hearers.append(hearer)

    def idle(self) -> None:
        """Let time move on to the next action while no process lives."""
        self.time.move(None)

    def live(self, main: Callable[[], Awaitable[Any]]) -> Any:
        """Run one process from its start to its end and return what its main coroutine returns.

        Raises:
            KilledError: it was killed.
        """
        self.time.clocks.clear()
        loop = VirtualLoop(self.time)
        try:
            with self._seams():
                asyncio.set_event_loop(loop)
                result = loop.run_until_complete(_awaited(main))
        finally:
            self._bury(loop)
            asyncio.set_event_loop(None)
            self.time.clocks.clear()
        return result

    def kill(self) -> None:
        """Kill the process that lives; only in an action of `at`.

        Raises:
            KilledError: always.
        """
        self.note("drill", "SIGKILL")
        raise KilledError

    def _bury(self, loop: VirtualLoop) -> None:
        """Let nothing of a process that ended reach the world any more, and nothing of it run at its collection."""
        for client in self._clients:
            client.cut()
        self._clients.clear()
        gc.unfreeze()  # a process that was killed gives nothing back by itself
        self._network.hang_up()
        for task in asyncio.all_tasks(loop):
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            _graveyard.append(task)
        _graveyard.append(loop)

    def database(self, trader_id: str) -> SimulatedDatabase:
        """Return the store of a trader."""
        if trader_id not in self._databases:
            self._databases[trader_id] = SimulatedDatabase(self.time.secs)
        return self._databases[trader_id]

    def _database_client(self, trader_id: Any, instance_id: Any, config_json: Any) -> DatabaseClient:  # noqa: ARG002
        client = DatabaseClient(self.database(str(trader_id)), str(trader_id), self._note_write)
        self._clients.append(client)
        return client

    def _read_lists(self, _: str, names: Sequence[str]) -> list[list[bytes]]:
        keys = (name.removeprefix("trader-").partition(":") for name in names)
        return [self.database(trader_id).read(key) for trader_id, _, key in keys]

    def _note_write(self, write: Write) -> None:
        self.note("database", f"{write.command} {write.key}")

    def _new_id(self) -> UUID4:
        return UUID4.from_str(str(uuid.UUID(int=self._random.getrandbits(128), version=4)))

    @contextmanager
    def _seams(self) -> Iterator[None]:
        """Put virtual time where the engine reaches for the world."""
        if not is_logging_initialized():
            init_logging(bypass=True)
        clock = clock_class(self.time)
        wall = types.SimpleNamespace(time_ns=lambda: self.now_ns)
        with ExitStack() as stack:
            for owner, name, replacement in (
                (kernel_module, "LiveClock", clock),
                (kernel_module, "time", wall),
                (http_module, "HttpClient", http_client(self._network)),
                (market_module, "time", wall),
                (stream_module, "WebSocketClient", market_client(self._network)),
                (stream_module, "WebSocketConfig", StreamConfig),
                (user_stream_module, "WebSocketClient", stream_client(self._network)),
                (user_stream_module, "WebSocketConfig", StreamConfig),
                (nautilus_pyo3, "RedisCacheDatabase", self._database_client),
                (bulk_reads, "lists", self._read_lists),
                (batched_writes, "in_background", _in_line),
                (batched_writes, "written_through", lambda *_: None),
                (loading, "monotonic", self.time.secs),
                (engine_module, "UUID4", self._new_id),
                (retry_module, "randint", self._random.randint),
                (retry_module, "RetryManager", numbered_retries()),
            ):
                stack.enter_context(_replaced(owner, name, replacement))
            yield


def numbered_retries() -> type[Any]:
    """Return a class of upstream's retries that hash by number: a stop cancels all that a set of them holds."""
    numbers = count(1)

    class NumberedRetries(retry_module.RetryManager):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._number = next(numbers)

        def __hash__(self) -> int:
            return self._number

    return NumberedRetries


@contextmanager
def _replaced(owner: Any, name: str, replacement: Any) -> Iterator[None]:
    original = getattr(owner, name)
    setattr(owner, name, replacement)
    try:
        yield
    finally:
        setattr(owner, name, original)


def _in_line(work: Callable[[], None]) -> Callable[[], None]:
    work()
    return lambda: None


async def _awaited(main: Callable[[], Awaitable[Any]]) -> Any:
    """Await it, and cancel what it leaves behind, as `asyncio.run` does."""
    try:
        return await main()
    finally:
        left = sorted(asyncio.all_tasks() - {asyncio.current_task()}, key=hash)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
