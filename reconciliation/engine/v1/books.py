"""Reading the engine's cache, and the histories that its database keeps."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import msgspec
from nautilus_trader.cache.cache import Cache
from nautilus_trader.model.events import OrderFilled

from reconciliation.engine.books import BookedFill, BookedOrder, BookedPosition, Books


def hear_changes(trading_node: Any, hear: Callable[[str], None]) -> None:
    """Tell somebody of every event of an order or a position in a node."""
    for topic in ("events.order.*", "events.position.*"):
        trading_node.kernel.msgbus.subscribe(topic=topic, handler=lambda event: hear(str(event)))


def books(cache: Cache) -> Books:
    """Return all that a cache holds."""
    orders = sorted(cache.orders(), key=lambda order: str(order.client_order_id.value))
    positions = sorted(cache.positions(), key=lambda position: str(position.id.value))
    return Books(tuple(map(_order, orders)), tuple(map(_position, positions)))


def _order(order: Any) -> BookedOrder:
    return BookedOrder(
        client_order_id=order.client_order_id.value,
        venue_order_id=order.venue_order_id.value if order.venue_order_id else None,
        instrument_id=order.instrument_id.value,
        side=order.side_string(),
        status=order.status_string(),
        quantity=order.quantity.as_decimal(),
        filled=order.filled_qty.as_decimal(),
        average_price=Decimal(repr(order.avg_px or 0.0)),
        strategy_id=order.strategy_id.value,
        fills=tuple(_fill(event) for event in order.events if isinstance(event, OrderFilled)),
        events=tuple(
            _named(type(event).__name__, event.trade_id.value if isinstance(event, OrderFilled) else None)
            for event in order.events
        ),
    )


def _fill(event: OrderFilled) -> BookedFill:
    return BookedFill(
        trade_id=event.trade_id.value,
        quantity=event.last_qty.as_decimal(),
        price=event.last_px.as_decimal(),
        commission=event.commission.as_decimal() if event.commission else Decimal(0),
    )


def _position(position: Any) -> BookedPosition:
    return BookedPosition(
        position_id=position.id.value,
        instrument_id=position.instrument_id.value,
        strategy_id=position.strategy_id.value,
        net=position.signed_decimal_qty(),
        average_open=Decimal(repr(position.avg_px_open)),
        realized_pnl=position.realized_pnl.as_decimal() if position.realized_pnl else Decimal(0),
        trade_ids=tuple(event.trade_id.value for event in position.events),
    )


def stored_events(histories: Mapping[str, tuple[bytes, ...]]) -> dict[str, tuple[str, ...]]:
    """Return the kinds of the events in each history, oldest first, as `BookedOrder.events` names them."""
    return {key: tuple(map(_kind, events)) for key, events in histories.items()}


def _kind(event: bytes) -> str:
    data: dict[str, Any] = msgspec.msgpack.decode(event)
    return _named(data["type"], data.get("trade_id"))


def _named(kind: str, trade_id: str | None) -> str:
    return f"{kind} {trade_id}" if trade_id else kind
