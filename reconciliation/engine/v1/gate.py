"""The gate: while it is closed, orders that open or increase a position are denied, and all others pass.

It stands before the risk engine's own checks, where every order of a strategy and of an execution algorithm comes by;
cancels take another way and are not even looked at. What the emulator releases goes past the risk engine, so the gate
stands before the execution engine too, for released orders alone. The engine's own `TradingState.REDUCING` is none:
flat, it lets everything pass, and any quantity on the other side.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from nautilus_trader.execution.messages import ModifyOrder, SubmitOrder, SubmitOrderList
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.live.risk_engine import LiveRiskEngine
from nautilus_trader.model.enums import OrderStatus
from nautilus_trader.model.identifiers import ClientOrderId, PositionId
from nautilus_trader.model.orders import Order

from reconciliation.engine.exposure import Standing, reducible


class Gate:
    """Stands before the risk engine of one node; open until it is closed.

    Args:
        risk: of a built node that has not run yet.
        execution: of the same node.
        is_hedging: whether the account keeps two positions an instrument.
        denied: told of each order that is denied, by its client order id and the reason.
    """

    def __init__(
        self,
        risk: LiveRiskEngine,
        execution: LiveExecutionEngine,
        *,
        is_hedging: bool,
        denied: Callable[[str, str], None],
    ) -> None:
        self._risk = risk
        self._execution = execution
        self._cache = risk._cache
        self._is_hedging = is_hedging
        self._denied = denied
        self._handle: Callable[[Any], None] = risk._execute_command
        self._reason = ""
        self._passed: dict[ClientOrderId, PositionId | None] = {}
        risk._execute_command = self._gated
        self._execute: Callable[[Any], None] = execution._execute_command
        execution._execute_command = self._released

    def close(self, reason: str) -> None:
        """Let no more exposure through from now on, for this reason."""
        self._reason = reason

    def open(self) -> None:
        """Let everything through again."""
        self._reason = ""
        self._passed.clear()

    def _gated(self, command: Any) -> None:
        if not self._reason:
            self._handle(command)
        elif isinstance(command, SubmitOrder | SubmitOrderList):
            self._submit(command)
        elif isinstance(command, ModifyOrder):
            self._modify(command)
        else:
            self._handle(command)

    def _released(self, command: Any) -> None:
        """Judge an order that the emulator has released; every other one was judged before."""
        if not self._reason or not isinstance(command, SubmitOrder) or command.order.status != OrderStatus.RELEASED:
            self._execute(command)
            return
        order = command.order
        if why := self._exposes(order, order.quantity.as_decimal(), command.position_id):
            self._denied(order.client_order_id.value, why)
            self._execution._deny_order(order, f"{why}: {self._reason}")
            return
        if not order.is_reduce_only:
            self._passed[order.client_order_id] = command.position_id
        self._execute(command)

    def _submit(self, command: SubmitOrder | SubmitOrderList) -> None:
        orders = [command.order] if isinstance(command, SubmitOrder) else command.order_list.orders
        for order in orders:
            if why := self._exposes(order, order.quantity.as_decimal(), command.position_id):
                for each in orders:
                    self._denied(each.client_order_id.value, why)
                self._risk._deny_command(command, f"{why}: {self._reason}")
                return
        for order in orders:
            if not order.is_reduce_only:
                self._passed[order.client_order_id] = command.position_id
        self._handle(command)

    def _modify(self, command: ModifyOrder) -> None:
        order = self._cache.order(command.client_order_id)
        if order is None or command.quantity is None or command.quantity <= order.quantity:
            self._handle(command)
            return
        position_id = self._passed.get(order.client_order_id)
        left = command.quantity.as_decimal() - order.filled_qty.as_decimal()
        if why := self._exposes(order, left, position_id):
            self._denied(order.client_order_id.value, why)
            self._risk._reject_modify_order(order, f"{why}: {self._reason}")
            return
        if not order.is_reduce_only:
            self._passed[order.client_order_id] = position_id
        self._handle(command)

    def _exposes(self, order: Order, quantity: Decimal, position_id: PositionId | None) -> str:
        """Return why an order opens or increases a position, empty where it only reduces one."""
        if order.is_reduce_only:
            return ""
        may = reducible(order.is_buy, self._standing(order, position_id))
        if may <= 0:
            return "the gate is closed for orders that open or increase a position"
        if order.is_quote_quantity:  # how much that is, the adapter decides; one takes the number as it is
            return "the gate is closed for a quantity in the quote currency, unless the order is reduce-only"
        if quantity > may:
            return f"the gate is closed for what goes beyond a reduction by {may}"
        return ""

    def _standing(self, order: Order, position_id: PositionId | None) -> Standing:
        if self._is_hedging:
            position = None if position_id is None else self._cache.position(position_id)
            held = Decimal(0) if position is None else position.signed_decimal_qty()
            return Standing(held, held, self._reducing(order, position_id))
        positions = self._cache.positions_open(instrument_id=order.instrument_id)
        own = (each.signed_decimal_qty() for each in positions if each.strategy_id == order.strategy_id)
        net = sum((each.signed_decimal_qty() for each in positions), Decimal(0))
        return Standing(net, sum(own, Decimal(0)), self._reducing(order, position_id))

    def _reducing(self, order: Order, position_id: PositionId | None) -> Decimal:
        """Return what other orders on its side, let through since the gate was closed, may still trade."""
        total = Decimal(0)
        for client_order_id, its_position_id in self._passed.items():
            other = self._cache.order(client_order_id)
            if (
                other is not None
                and other.client_order_id != order.client_order_id
                and not other.is_closed
                and (other.instrument_id, other.side) == (order.instrument_id, order.side)
                and (not self._is_hedging or its_position_id == position_id)
            ):
                total += other.leaves_qty.as_decimal()
        return total
