"""What came of amendments and cancels: the engine takes no notice of the one, and of the other only without fills.

Read and measured with 1.231.0.
"""

from typing import Final

from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.reports import OrderStatusReport
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.model.enums import OrderStatus
from nautilus_trader.model.events import (
    OrderAccepted,
    OrderCancelRejected,
    OrderFilled,
    OrderModifyRejected,
    OrderUpdated,
)
from nautilus_trader.model.orders import Order

_TOLD: Final = (OrderAccepted, OrderUpdated, OrderFilled)
"""Events whose time is the venue's."""
_PENDING: Final = frozenset({OrderStatus.PENDING_CANCEL, OrderStatus.PENDING_UPDATE})


class Amendments:
    """Takes over what the venue reports of an open order beside its trades.

    Args:
        engine: the execution engine whose orders they are.
    """

    def __init__(self, engine: LiveExecutionEngine) -> None:
        self._engine = engine

    def take(self, report: OrderStatusReport) -> None:
        """Take over another quantity or price of an open order that nothing has happened to lately."""
        order = self._engine._cache.order(report.client_order_id) if report.client_order_id else None
        if order is None or not (report.is_open and order.is_open) or order.is_inflight:
            return
        now_ns, name = self._engine._clock.timestamp_ns(), order.client_order_id
        last_ns = max(order.ts_last, self._engine._order_local_activity_ns.get(name, 0))
        quiet = now_ns - last_ns >= self._engine._open_check_threshold_ns
        # An answer may be older than what the stream told meanwhile.
        is_newer = report.ts_last > max((e.ts_event for e in order.events if isinstance(e, _TOLD)), default=0)
        if quiet and is_newer and self._engine._should_update(order, report) and report.filled_qty == order.filled_qty:
            self._engine._generate_order_updated(order, report)

    def end_pending(self, order: Order | None, report: OrderStatusReport) -> None:
        """Tell a strategy that its cancel or amendment came to nothing, when the venue has the order as it was.

        The engine does so for an order without fills alone; one that has traded in part stays pending for ever.
        """
        if order is None or report.order_status != OrderStatus.PARTIALLY_FILLED or order.status not in _PENDING:
            return
        now_ns = self._engine._clock.timestamp_ns()
        if now_ns - order.last_event.ts_init < self._engine._inflight_check_threshold_ns:
            return
        make = OrderCancelRejected if order.status == OrderStatus.PENDING_CANCEL else OrderModifyRejected
        self._engine._handle_event_with_tracking(
            make(
                trader_id=order.trader_id,
                strategy_id=order.strategy_id,
                instrument_id=order.instrument_id,
                client_order_id=order.client_order_id,
                venue_order_id=report.venue_order_id,
                account_id=report.account_id,
                reason="the venue has the order as it was",
                event_id=UUID4(),
                ts_event=report.ts_last,
                ts_init=now_ns,
                reconciliation=True,
            )
        )
