"""An order that was called rejected and that the venue has: its history goes on from where it was before that.

Upstream rejects what it cannot find at the venue, what a stop broke off, and what a venue refused though it took it.
Nothing leads from REJECTED to another state: the engine refuses each later report, and at a start the whole node.
Measured with 1.231.0.
"""

from nautilus_trader.execution.reports import OrderStatusReport
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.model.enums import OrderStatus
from nautilus_trader.model.events import OrderRejected
from nautilus_trader.model.orders import Order
from nautilus_trader.model.orders.unpacker import OrderUnpacker


def is_refuted(order: Order | None, report: OrderStatusReport) -> bool:
    """Whether an order is rejected here, and the venue has or had it."""
    is_rejected = order is not None and order.status == OrderStatus.REJECTED
    return is_rejected and report.order_status != OrderStatus.REJECTED


def revived(engine: LiveExecutionEngine, order: Order | None, report: OrderStatusReport) -> Order | None:
    """Return an order as the cache holds it from now on; one whose rejection is refuted without it.

    Args:
        engine: whose cache and database hold it.
        order: what the cache has under its name.
        report: what the venue tells of it.
    """
    if order is None or not is_refuted(order, report):
        return order
    cache, client_order_id = engine._cache, order.client_order_id
    engine._log.warning(f"{client_order_id!r} was rejected here and the venue has it; the rejection is taken back")
    position_id, client_id = cache.position_id(client_order_id), cache.client_id(client_order_id)
    first, *later = (event for event in order.events if not isinstance(event, OrderRejected))
    cache.purge_order(client_order_id, purge_from_database=True)
    again = OrderUnpacker.from_init(first)
    cache.add_order(again, position_id, client_id)
    for event in later:
        again.apply(event)
        cache.update_order(again)
    return again
