"""What the engine makes of a cache's database when it loads it, asked without a server and without a node.

The engine's own code loads each history, one event refused ends its boot, and it names neither the key nor a way back.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import msgspec
from nautilus_trader.cache.config import CacheConfig
from nautilus_trader.cache.database import CacheDatabaseAdapter
from nautilus_trader.core import nautilus_pyo3
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.model.events import AccountState, OrderEvent, OrderFilled, OrderInitialized
from nautilus_trader.model.identifiers import AccountId, ClientOrderId, PositionId, TraderId
from nautilus_trader.serialization.serializer import MsgSpecSerializer

from reconciliation.engine.stored import Loaded, Stored, StoredOrder, Unloadable
from reconciliation.engine.v1.reasons import reason_of

_FIRST: Final[Mapping[str, type]] = {
    "orders": OrderInitialized,
    "positions": OrderFilled,
    "accounts": AccountState,
}
"""The event that each kind of history begins with; the engine writes no other history."""


def loaded(stored: Stored) -> Loaded:
    """Load every history as the engine's boot does."""
    loading = _Loading(stored)
    orders: list[StoredOrder] = []
    unloadable: list[Unloadable] = []
    for key in sorted(stored.histories):
        found = loading.tried(key)
        if isinstance(found, Unloadable):
            unloadable.append(found)
        elif found is not None:
            orders.append(found)
    known = {key.partition(":")[2] for key in stored.histories}
    for order_id in sorted(stored.order_ids - known):
        reason = "its first event is not there: the database was away when it was written, and all later ones are lost"
        unloadable.append(Unloadable(f"orders:{order_id}", "unread", reason))
    return Loaded(tuple(orders), tuple(unloadable))


class _Loading:
    """The engine's own adapter of a cache's database, before a store in memory."""

    def __init__(self, stored: Stored) -> None:
        self._stored = stored
        self._store = _Store({f"instruments:{key}": (value,) for key, value in stored.instruments.items()})
        self._serializer = MsgSpecSerializer(encoding=msgspec.msgpack, timestamps_as_str=True)
        with _in_place_of_redis(self._store):
            adapter = CacheDatabaseAdapter(TraderId("DOCTOR-001"), UUID4(), self._serializer, CacheConfig())
        self._load: Mapping[str, Callable[[str], Any]] = {
            "orders": lambda name: adapter.load_order(ClientOrderId(name)),
            "positions": lambda name: adapter.load_position(PositionId(name)),
            "accounts": lambda name: adapter.load_account(AccountId(name)),
        }

    def tried(self, key: str) -> StoredOrder | Unloadable | None:
        """Load one history; return the order that it is, or why it is none, or nothing where there is no more to it."""
        events = self._stored.histories[key]
        kind, _, name = key.partition(":")
        if ":" in name:
            # The engine takes what stands behind the last colon of a key for the name.
            reason = "the engine cannot read a name with a colon, and starts without it"
            return Unloadable(key, "unread", reason, events)
        try:
            found = self._loaded(key, events)
        except Exception as error:  # noqa: BLE001 - the engine's own code raises whatever it likes on what is stored
            if foreign := self._foreign(events):
                return Unloadable(key, "foreign", foreign)
            return Unloadable(key, "refused", self._refusal(kind, events, error), self._kept(key, events))
        if found is None:
            reason = "its instrument is not in the cache, and the engine starts without it"
            return Unloadable(key, "unread", reason, events)
        if kind != "orders":
            return None
        return StoredOrder(name, found.instrument_id.value, found.strategy_id.value, not found.is_closed)

    def _loaded(self, key: str, events: tuple[bytes, ...]) -> Any:
        kind, _, name = key.partition(":")
        self._store.values[key] = events
        try:
            return self._load[kind](name)
        finally:
            del self._store.values[key]

    def _foreign(self, events: tuple[bytes, ...]) -> str:
        """Return why something in a history is not in this engine's form; empty where all of it is."""
        for event in events:
            try:
                found = self._serializer.deserialize(event)
            except Exception as error:  # noqa: BLE001 - it may be anything
                return _form(event) or f"{_kind(event)} cannot be read: {reason_of(error)}"
            if not isinstance(found, OrderEvent | AccountState):
                return f"{_kind(event)} is no event that this engine knows"
        return ""

    def _refusal(self, kind: str, events: tuple[bytes, ...], error: Exception) -> str:
        if not isinstance(self._serializer.deserialize(events[0]), _FIRST[kind]):
            return f"it begins with {_kind(events[0])}, and its {_FIRST[kind].__name__} is missing"
        return reason_of(error)

    def _kept(self, key: str, events: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """Return the events that load, each tried after those before it."""
        first = _FIRST[key.partition(":")[0]]
        kept: tuple[bytes, ...] = ()
        for event in events:
            if not kept and not isinstance(self._serializer.deserialize(event), first):
                continue
            try:
                self._loaded(key, (*kept, event))
            except Exception:  # noqa: BLE001, S112 - that it refuses is what is asked
                continue
            kept = (*kept, event)
        return kept


class _Store:
    """Answers what the engine asks its client of Redis while it loads one history."""

    def __init__(self, values: dict[str, tuple[bytes, ...]]) -> None:
        self.values = values

    def read(self, key: str) -> list[bytes]:
        """Return the value of a key."""
        return list(self.values.get(key, ()))


@contextmanager
def _in_place_of_redis(store: _Store) -> Iterator[None]:
    """Have the engine's adapter take a store for its client of Redis, which would connect as it is made."""
    module: Any = nautilus_pyo3
    client = module.RedisCacheDatabase
    module.RedisCacheDatabase = lambda **_: store
    try:
        yield
    finally:
        module.RedisCacheDatabase = client


def _form(event: bytes) -> str:
    try:
        json.loads(event)
    except ValueError:
        return ""
    return "it is JSON, and a node of recon's keeps MessagePack: another node wrote it, with encoding = json"


def _kind(event: bytes) -> str:
    try:
        data = msgspec.msgpack.decode(event)
    except Exception:  # noqa: BLE001 - it may be anything
        return "an event"
    return f"{data['type']}" if isinstance(data, dict) and "type" in data else "an event"
