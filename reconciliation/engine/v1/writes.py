"""What the engine has written of its cache, by what the cache holds, and how it is written again.

An order, a position and an account are a list of events each, in the order in which they were applied; the engine
appends to it only where it is there. Indices are written by the state of what they list. Read in
`nautilus_trader/cache/database.pyx` of 1.231.0; `tests/journeys/test_redis_away.py` holds it against what a node leaves
that nothing disturbed.
"""

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any, Final

import msgspec
from nautilus_trader.cache.cache import Cache
from nautilus_trader.model.enums import TriggerType
from nautilus_trader.model.identifiers import AccountId, ClientOrderId, PositionId, TradeId
from nautilus_trader.serialization.serializer import MsgSpecSerializer

from reconciliation.engine.v1.recorder import Recorder
from reconciliation.engine.written import MARK, Found, HistoryDiffersError, Lacking, Written, holds_in_order

# As the kernel makes its own.
_SERIALIZER: Final = MsgSpecSerializer(encoding=msgspec.msgpack, timestamps_as_str=True)


class _Event(msgspec.Struct):
    """What is read of a stored event; an account's is of no order, and only a fill has a trade."""

    event_id: str
    client_order_id: str = "-"
    trade_id: str = "-"


_DECODER: Final = msgspec.msgpack.Decoder(_Event)


class EngineWrites:
    """What one node has written.

    Args:
        cache: of the node.
        client: through which its engine writes.
    """

    def __init__(self, cache: Cache, client: Recorder) -> None:
        self._cache = cache
        self._client = client
        client.held = lambda: {client_order_id.value.encode() for client_order_id in cache.client_order_ids()}

    def taken(self) -> Written:
        """Return what the database should hold by now."""
        histories: dict[str, tuple[str, ...]] = {}
        members: dict[str, dict[bytes, bool]] = {}
        for order in self._cache.orders():
            name = order.client_order_id.value
            histories[f"orders:{name}"] = _ids_of(order.events)
            for index, belongs in _indices_of_order(order).items():
                members.setdefault(index, {})[name.encode()] = belongs
        for position in self._cache.positions():
            name = position.id.value
            histories[f"positions:{name}"] = _ids_of(position.events)
            for index, belongs in _indices_of_position(position).items():
                members.setdefault(index, {})[name.encode()] = belongs
        histories |= {f"accounts:{account.id.value}": _ids_of(account.events) for account in self._cache.accounts()}
        fields = {index: dict(told) for index, told in self._client.fields.items()}
        return Written(histories, members, fields, dict(self._client.values))

    def mark(self, value: bytes) -> None:
        """Write to `MARK` behind all that still waits to be written."""
        self._client.insert(MARK, [value])

    def lacking(self, written: Written, found: Found) -> Lacking:
        """Return what is not there; from any thread."""
        histories = {
            key: stored
            for key, wanted in written.histories.items()
            if not _is_whole(key, wanted, stored := found.histories.get(key, ()))
        }
        members = {
            index: frozenset(
                name for name, belongs in wanted.items() if belongs != (name in found.members.get(index, ()))
            )
            for index, wanted in written.members.items()
        }
        fields = {
            index: frozenset(name for name, value in wanted.items() if found.fields.get(index, {}).get(name) != value)
            for index, wanted in written.fields.items()
        }
        values = frozenset(key for key, value in written.values.items() if found.values.get(key) != value)
        return Lacking(histories, _unempty(members), _unempty(fields), values)

    def whole(self, key: str, written: Sequence[str], stored: Sequence[bytes]) -> tuple[bytes, ...] | None:
        """Return a history with what it lacks, and with all that it holds.

        What is there stays as it is, byte for byte.

        Raises:
            HistoryDiffersError: it holds what the node does not know of.
        """
        held = {event.id.value: event for event in self._events(key)}
        ids = list(held)
        if tuple(ids[: len(written)]) != tuple(written):
            return None
        read = {event.event_id: event for event in _read(stored)}
        there = dict(zip(read, stored, strict=True))
        unknown = {event_id: event for event_id, event in read.items() if event_id not in held}
        for event_id in self._earlier_lives(key, unknown):
            del there[event_id], unknown[event_id]
        forgotten = _forgotten(key, there, unknown)
        for event_id in forgotten:
            del there[event_id], unknown[event_id]
        if unknown:
            raise HistoryDiffersError(f"the node does not know all of its events: {', '.join(unknown)}")
        if not holds_in_order(ids, there):
            raise HistoryDiffersError("it holds its events in another order")
        wanted = set(written) | there.keys()
        told = (there.get(each) or _SERIALIZER.serialize(held[each]) for each in ids if each in wanted)
        return (*forgotten.values(), *told)

    def _events(self, key: str) -> Sequence[Any]:
        owner = self._owner(key)
        return () if owner is None else owner.events

    def _owner(self, key: str) -> Any:
        kind, _, name = key.partition(":")
        if kind == "orders":
            return self._cache.order(ClientOrderId(name))
        if kind == "positions":
            return self._cache.position(PositionId(name))
        return self._cache.account(AccountId(name))

    def _earlier_lives(self, key: str, unknown: Mapping[str, _Event]) -> set[str]:
        """Return which fills are of earlier lives of a position, which begins anew with each under the same key.

        Of those that it kept no snapshot of, the orders still know the trades.
        """
        if not key.startswith("positions:"):
            return set()
        orders = {
            event_id: self._cache.order(ClientOrderId(event.client_order_id))
            for event_id, event in unknown.items()
            if event.client_order_id.isascii()  # any other would end the process
        }
        return {
            event_id
            for event_id, order in orders.items()
            if order is not None and TradeId(unknown[event_id].trade_id) in order.trade_ids
        }

    def write_again(self, written: Written, lacking: Lacking) -> frozenset[str]:
        """Write again what of the rest is missing and has not changed since, behind all that still waits.

        By the engine's own client, so that none of it overtakes what the engine writes itself. What has changed since
        was written with that.

        Returns:
            The keys that lacked something.
        """
        self._client.write_at_once()  # what gathers leaves out what it has written, and some of that was lost
        keys: set[str] = set()
        for index, names in lacking.members.items():
            for name in sorted(names):
                belongs = written.members[index][name]
                if self._is_as_it_was(index, name.decode(), written):
                    keys.add(index)
                    (self._client.insert if belongs else self._client.delete)(index, [name])
        for index, names in lacking.fields.items():
            for name in sorted(names):
                value = written.fields[index][name]
                if self._client.fields[index].get(name) == value:
                    keys.add(index)
                    self._client.insert(index, [name, value])
        for key in sorted(lacking.values):
            value = written.values[key]
            if self._client.values.get(key) == value:
                keys.add(key)
                self._client.insert(key, [value])
        return frozenset(keys)

    def _is_as_it_was(self, index: str, name: str, written: Written) -> bool:
        """Whether the order or position that an index lists has had no event since which writes it."""
        kind = "orders" if index.startswith("index:order") else "positions"
        key = f"{kind}:{name}"
        if index == f"index:{kind}":  # of all of them; what is there is added once
            return self._owner(key) is not None
        return _ids_of(self._events(key)) == written.histories[key]


def _indices_of_order(order: Any) -> dict[str, bool]:
    """Return which indices an order is in, and which it is not; nothing is said of those that its state leaves."""
    indices = {"index:orders": True}
    if order.event_count == 1:  # nothing but its creation
        if order.emulation_trigger != TriggerType.NO_TRIGGER:
            indices["index:orders_emulated"] = True
        return indices
    if order.venue_order_id is not None:
        indices["index:order_ids"] = True
    indices["index:orders_inflight"] = order.is_inflight
    if order.is_open or order.is_closed:
        indices["index:orders_open"] = order.is_open
        indices["index:orders_closed"] = order.is_closed
    indices["index:orders_emulated"] = order.emulation_trigger != TriggerType.NO_TRIGGER
    return indices


def _indices_of_position(position: Any) -> dict[str, bool]:
    indices = {"index:positions": True}
    if position.is_open:
        # One that was opened again stays among the closed ones until its next fill.
        return indices | {"index:positions_open": True}
    return indices | {"index:positions_open": False, "index:positions_closed": True}


def _ids_of(events: Sequence[Any]) -> tuple[str, ...]:
    return tuple(event.id.value for event in events)


def _is_whole(key: str, wanted: Sequence[str], stored: Sequence[bytes]) -> bool:
    """Whether a history holds what it should, and an order's nothing else; of the others the engine forgets events."""
    if key.startswith("orders:") and len(stored) > len(wanted):
        return False
    try:
        return holds_in_order((event.event_id for event in _read(stored)), wanted)
    except HistoryDiffersError:
        return False


def _forgotten(key: str, there: Mapping[str, bytes], unknown: Mapping[str, _Event]) -> dict[str, bytes]:
    """Return the first events of an account's history, which the engine may have purged from its memory alone."""
    if not key.startswith("accounts:"):
        return {}
    return dict(takewhile(lambda event: event[0] in unknown, there.items()))


def _read(events: Sequence[bytes]) -> list[_Event]:
    """Return what stored events tell of themselves.

    Raises:
        HistoryDiffersError: it is no history of this engine's, or holds an event twice.
    """
    try:
        told = [_DECODER.decode(event) for event in events]
    except msgspec.MsgspecError as error:
        raise HistoryDiffersError(f"it is no history of this engine's: {error}") from None
    if len({event.event_id for event in told}) != len(told):
        raise HistoryDiffersError("it holds an event twice, and cannot be loaded")
    return told


def _unempty[T](found: Mapping[str, frozenset[T]]) -> dict[str, frozenset[T]]:
    return {key: names for key, names in found.items() if names}
