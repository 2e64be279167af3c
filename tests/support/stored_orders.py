"""Histories of orders as the engine keeps them, written without it: also such as it never writes alone."""

import uuid
from typing import Any, Final

import msgspec

INITIALIZED, ACCEPTED, CANCELED, FILLED = "OrderInitialized", "OrderAccepted", "OrderCanceled", "OrderFilled"
_INITIAL: Final[dict[str, Any]] = {
    "order_side": "BUY",
    "order_type": "LIMIT",
    "quantity": "0.010",
    "time_in_force": "GTC",
    "post_only": False,
    "reduce_only": False,
    "quote_quantity": False,
    "options": {"price": "50000.00", "display_qty": None, "expire_time_ns": 0},
    "emulation_trigger": "NO_TRIGGER",
    "trigger_instrument_id": None,
    "contingency_type": "NO_CONTINGENCY",
    "order_list_id": None,
    "linked_order_ids": None,
    "parent_order_id": None,
    "exec_algorithm_id": None,
    "exec_algorithm_params": None,
    "exec_spawn_id": None,
    "tags": ["VENUE"],
}


def order_history(name: str, *kinds: str, strategy_id: str = "EXTERNAL", **more: Any) -> list[bytes]:
    """Return the events of an order, each with an id of its own."""
    return [_event(name, kind, {"strategy_id": strategy_id} | more) for kind in kinds]


def _event(name: str, kind: str, more: dict[str, Any]) -> bytes:
    fields = {
        "type": kind,
        "trader_id": "TESTER-001",
        "instrument_id": "BTCUSDT-PERP.BINANCE",
        "client_order_id": name,
        "event_id": str(uuid.uuid4()),
        "ts_event": "1795961867454000128",
        "ts_init": "1795961867454000128",
        "reconciliation": kind != INITIALIZED,
    }
    if kind == INITIALIZED:
        fields |= _INITIAL
    else:
        fields |= {"venue_order_id": "8000479", "account_id": "BINANCE-USDT_FUTURES-master"}
    return msgspec.msgpack.encode(fields | more)


def again(event: bytes) -> bytes:
    """Return what a second node writes that heard the same: an event of another id."""
    return msgspec.msgpack.encode(msgspec.msgpack.decode(event) | {"event_id": str(uuid.uuid4())})
