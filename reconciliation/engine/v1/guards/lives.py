"""What a netting position is made of: the fills of its orders, and among them those of its current life."""

from collections.abc import Iterable
from decimal import Decimal

from nautilus_trader.execution.reports import FillReport
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.events import OrderFilled
from nautilus_trader.model.objects import Money, Quantity


def net(fills: Iterable[OrderFilled]) -> Decimal:
    """Return the signed quantity that fills add up to."""
    return sum((signed(fill) for fill in fills), Decimal(0))


def signed(fill: OrderFilled | FillReport) -> Decimal:
    """Return a fill's quantity, or a told trade's, negative for one that sold."""
    quantity: Decimal = fill.last_qty.as_decimal()
    return quantity if fill.order_side == OrderSide.BUY else -quantity


def in_order(fills: Iterable[OrderFilled]) -> list[OrderFilled]:
    """Return fills as they were booked."""
    return sorted(
        fills, key=lambda fill: (fill.ts_init, fill.ts_event, len(fill.trade_id.value), str(fill.trade_id.value))
    )


def current_life(fills: Iterable[OrderFilled]) -> list[OrderFilled]:
    """Return the fills since a position was last flat or turned; of the one that turned it what opened the other side.

    Args:
        fills: all of the position, in their order.
    """
    life: list[OrderFilled] = []
    held = Decimal(0)
    for fill in fills:
        before, held = held, held + signed(fill)
        if not before or before * held < 0:
            life = []
        life.append(_rest(fill, abs(held)) if before * held < 0 else fill)
    return life


def _rest(fill: OrderFilled, quantity: Decimal) -> OrderFilled:
    """Return what is left of a fill that closed a position, with its share of the commission."""
    told = OrderFilled.to_dict(fill)
    share = fill.commission.as_decimal() * quantity / fill.last_qty.as_decimal()
    told["last_qty"] = str(Quantity(quantity, fill.last_qty.precision))
    told["commission"] = str(Money(share, fill.commission.currency))
    return OrderFilled.from_dict(told)
