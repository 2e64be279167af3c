"""Orders in the database behind a cache: replayed as the engine loads them, and given to another strategy.

No index names an order's strategy: its events alone do, and the engine builds its indexes of strategies from them when
it loads. Measured with 1.231.0: `tests/journeys/test_reown.py`.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec.structs import replace
from nautilus_trader.model.events import OrderFilled
from nautilus_trader.model.orders import OrderUnpacker
from nautilus_trader.serialization.serializer import MsgSpecSerializer

from reconciliation.engine.builder import NodeBuilder
from reconciliation.engine.ownership import StoredOrder
from reconciliation.engine.v1.strategy_ids import id_from_trader

_READER: Final = MsgSpecSerializer(encoding=msgspec.msgpack, timestamps_as_str=True)


def stored_order(events: Sequence[bytes]) -> StoredOrder:
    """Return what a history tells of an order.

    Raises:
        ValueError: it tells not even whose it is.
    """
    try:
        first: dict[str, Any] = msgspec.msgpack.decode(events[0])
        told = StoredOrder(
            client_order_id=str(first["client_order_id"]),
            instrument_id=str(first["instrument_id"]),
            strategy_id=str(first["strategy_id"]),
        )
    except (IndexError, KeyError, TypeError, msgspec.MsgspecError) as error:
        raise ValueError(f"no order's history: {error}") from None
    try:
        init, *later = map(_READER.deserialize, events)
        order = OrderUnpacker.from_init(init)
        for event in later:
            order.apply(event)
    except Exception as error:  # noqa: BLE001 - the engine raises of many kinds at a history that it cannot use
        return replace(told, fault=f"{type(error).__name__}: {' '.join(str(error).split())}")
    fills = [event for event in order.events if isinstance(event, OrderFilled)]
    return replace(
        told,
        status=order.status_string(),
        is_open=order.is_open,
        positions=tuple(dict.fromkeys(str(fill.position_id) for fill in fills)),
    )


def reowned(events: Sequence[bytes], strategy_id: str) -> tuple[bytes, ...]:
    """Return a history as it would be had a strategy claimed the order when it appeared."""
    return tuple(_given(event, strategy_id) for event in events)


def _given(event: bytes, strategy_id: str) -> bytes:
    data: dict[str, Any] = msgspec.msgpack.decode(event)
    data["strategy_id"] = strategy_id
    if data.get("tags"):
        data["tags"] = None  # what is claimed carries no VENUE, which is what a filter of unclaimed orders goes by
    return msgspec.msgpack.encode(data)


def own_claims(builder: NodeBuilder) -> dict[str, tuple[str, ...]]:
    """Return what the strategies in a builder claim in their own configuration, by the id that a trader gives each."""
    found: dict[str, tuple[str, ...]] = {}
    for number, strategy in enumerate(builder.strategies):
        strategy_id = id_from_trader(strategy.id.value, strategy.order_id_tag, number)
        found[strategy_id] = tuple(map(str, strategy.external_order_claims))
    return found
