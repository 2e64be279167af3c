"""The guard for histories that a kill tore apart: orders and positions are brought together before reconciliation.

The engine writes a fill to its order's history and then to its position's, each by a command of its own. A process that
is killed in between leaves an order that holds the fill and a position that does not (or, where the database was away
meanwhile, the other way round). Nothing at startup brings the two together, the venue differs from the position for
ever, and the node never starts again. Measured with 1.231.0.
"""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from nautilus_trader.execution.reports import OrderStatusReport
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.events import OrderFilled
from nautilus_trader.model.identifiers import PositionId
from nautilus_trader.model.position import Position

from reconciliation.engine.lifecycle import HistoryMended, HistoryTorn, Lifecycle

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_WAY_BACK = (
    "if venue and node differ for good, start once with RECON_CACHE_LOAD_CACHE=false or remove the trader's keys,"
    " which has the venue's history brought in anew"
)


class HistoryMender:
    """Brings what the cache loaded together, before the engine reconciles for the first time.

    Args:
        engine: the engine whose startup reconciliation is wrapped.
        lifecycle: told of what was mended, and of what could not be.
    """

    def __init__(self, engine: LiveExecutionEngine, lifecycle: Lifecycle) -> None:
        self._engine = engine
        self._lifecycle = lifecycle
        self._is_done = False
        self._reconcile: Callable[..., Awaitable[bool]] = engine.reconcile_execution_state
        engine.reconcile_execution_state = self._mended_and_reconciled
        self._generate_order: Callable[..., Any] = engine._generate_order
        engine._generate_order = self._generate_unknown

    async def _mended_and_reconciled(self, timeout_secs: float = 10.0) -> bool:
        if not self._is_done:
            self._is_done = True
            self._mend()
        return await self._reconcile(timeout_secs=timeout_secs)

    def _generate_unknown(self, report: OrderStatusReport, is_external: bool = True) -> Any:  # noqa: FBT001, FBT002
        """Make an order that is unknown here; an index that still names it would refuse it, and is cleared.

        A server that was restarted without its data gets indexes of orders whose histories it does not have.
        """
        cache, client_order_id = self._engine._cache, report.client_order_id
        if cache.order(client_order_id) is None and cache.position_id(client_order_id) is not None:
            cache.purge_order(client_order_id)
        return self._generate_order(report, is_external)

    def _mend(self) -> None:
        cache = self._engine._cache
        self._mend_orders()
        fills: dict[PositionId, list[OrderFilled]] = {}
        for order in cache.orders():
            for event in order.events:
                if isinstance(event, OrderFilled) and event.position_id is not None:
                    fills.setdefault(event.position_id, []).append(event)
        for position_id in sorted(fills, key=lambda key: str(key.value)):
            told = sorted(fills[position_id], key=lambda fill: (fill.ts_init, fill.ts_event, len(fill.trade_id.value)))
            self._mend_position(position_id, told)

    def _mend_orders(self) -> None:
        """Give orders the fills that only their position holds."""
        cache = self._engine._cache
        for position in cache.positions():
            for fill in position.events:
                order = cache.order(fill.client_order_id)
                if (
                    order is None
                    or fill.trade_id in order.trade_ids
                    or order.filled_qty + fill.last_qty > order.quantity
                ):
                    continue
                order.apply(fill)
                cache.update_order(order)
                self._lifecycle.emit(HistoryMended("order", order.client_order_id.value, (fill.trade_id.value,)))

    def _mend_position(self, position_id: PositionId, fills: list[OrderFilled]) -> None:
        """Give a position the fills that came after its last one and only their orders hold."""
        position = self._engine._cache.position(position_id)
        lacking = _after_last(position, fills)
        if not lacking:
            return
        held = Decimal(0) if position is None else position.signed_decimal_qty()
        reached, wanted = held + _net(lacking), _net(fills)
        if reached != wanted:
            reason = f"its orders' fills add up to {wanted:f}, and it holds {held:f}; {_WAY_BACK}"
            self._lifecycle.emit(HistoryTorn(position_id.value, reason))
            return
        for fill in lacking:
            order = self._engine._cache.order(fill.client_order_id)
            self._engine._handle_order_fill(order, fill, self._engine._determine_oms_type(fill))
        trades = tuple(fill.trade_id.value for fill in lacking)
        self._lifecycle.emit(HistoryMended("position", position_id.value, trades))


def _after_last(position: Position | None, fills: list[OrderFilled]) -> list[OrderFilled]:
    """Return the fills after a position's last one; earlier ones it does not hold are of what it was before."""
    if position is None:
        return fills
    known = {fill.trade_id for fill in position.events}
    last = max((index for index, fill in enumerate(fills) if fill.trade_id in known), default=-1)
    return fills[last + 1 :]


def _net(fills: list[OrderFilled]) -> Decimal:
    signed = (
        fill.last_qty.as_decimal() if fill.order_side == OrderSide.BUY else -fill.last_qty.as_decimal()
        for fill in fills
    )
    return sum(signed, Decimal(0))
