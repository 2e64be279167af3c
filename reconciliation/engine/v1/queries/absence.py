"""What the engine is told of an order that the venue answered it does not know."""

from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.reports import OrderStatusReport
from nautilus_trader.model.enums import OrderStatus, TriggerType
from nautilus_trader.model.identifiers import AccountId
from nautilus_trader.model.orders import Order


def canceled_report(order: Order, account_id: AccountId, now_ns: int) -> OrderStatusReport:
    """Return the report that closes an order; what it filled it keeps.

    Args:
        order: it has a venue order id.
        account_id: of the client; an order that came in through reconciliation names none until its first fill.
        now_ns: when, nanoseconds since the epoch.
    """
    trails = getattr(order, "trailing_offset", None) is not None
    return OrderStatusReport(
        account_id=account_id,
        instrument_id=order.instrument_id,
        venue_order_id=order.venue_order_id,
        client_order_id=order.client_order_id,
        order_side=order.side,
        order_type=order.order_type,
        time_in_force=order.time_in_force,
        order_status=OrderStatus.CANCELED,
        price=order.price if order.has_price else None,
        trigger_price=order.trigger_price if order.has_trigger_price else None,
        trigger_type=order.trigger_type if order.has_trigger_price else TriggerType.NO_TRIGGER,
        trailing_offset=order.trailing_offset if trails else None,
        trailing_offset_type=order.trailing_offset_type if trails else None,
        quantity=order.quantity,
        filled_qty=order.filled_qty,
        report_id=UUID4(),
        ts_accepted=order.ts_init,
        ts_last=now_ns,
        ts_init=now_ns,
    )
