"""What the first start of a node takes in of a venue's history: where the lives of its positions begin.

A history that is told begins somewhere, be it in the midst of a position's life. What was held there is known all the
same: what is held now, less all that was traded since. From the last moment at which a position was flat everything is
to be known, and nothing before. Where there was no such moment, an order is made up for what was held at the beginning,
and all that follows is as the venue tells it.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import accumulate
from typing import Any
from zlib import crc32

from msgspec import Struct
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.reports import FillReport, OrderStatusReport
from nautilus_trader.model.enums import LiquiditySide, OrderSide, OrderStatus, OrderType, TimeInForce
from nautilus_trader.model.identifiers import TradeId, VenueOrderId
from nautilus_trader.model.instruments import Instrument
from nautilus_trader.model.objects import Money

from reconciliation.engine.v1.guards.lives import signed


class Beginning(Struct, frozen=True):
    """Where the history of an instrument is taken up.

    Attributes:
        opening: what was held there, signed; 0 where the position was flat.
        begins: the place of the first trade that is taken up, the number of trades where none is; None where everything
            is taken up.
    """

    opening: Decimal
    begins: int | None


def beginning_of(held: Decimal, orders: Iterable[OrderStatusReport], fills: Sequence[FillReport]) -> Beginning:
    """Find where the life of a netting position begins.

    Args:
        held: what is held now, signed.
        orders: of the instrument, as they are told.
        fills: of the instrument, in their order; of an order, trades may be missing that are older.
    """
    spans: dict[VenueOrderId, tuple[int, int]] = {}
    told: dict[VenueOrderId, Decimal] = {}
    for place, fill in enumerate(fills):
        first, _ = spans.get(fill.venue_order_id, (place, place))
        spans[fill.venue_order_id] = first, place
        told[fill.venue_order_id] = told.get(fill.venue_order_id, Decimal(0)) + signed(fill)
    older = Decimal(0)
    for order in orders:
        key, filled = order.venue_order_id, order.filled_qty.as_decimal()
        untold = (filled if order.order_side == OrderSide.BUY else -filled) - told.get(key, Decimal(0))
        first, last = spans.get(key, (-1, -1))
        if filled:
            # All of an order is booked or nothing of it, and what is open is always booked.
            spans[key] = -1 if untold else first, len(fills) if order.is_open else last
        older += untold
    opening = held - older - sum(told.values(), Decimal(0))
    torn = [0] * (len(fills) + 2)  # how many orders have trades on both sides of a place, by what it differs
    for first, last in spans.values():
        torn[first + 1] += 1
        torn[last + 1] -= 1
    running = accumulate(map(signed, fills), initial=opening + older)
    flat = [
        place
        for place, (net, cuts) in enumerate(zip(running, accumulate(torn[:-1]), strict=True))
        if net == 0 and cuts == 0
    ]
    if not flat:
        return Beginning(opening, None)
    is_whole = not flat[-1] and not any(first < 0 for first, _ in spans.values())
    return Beginning(Decimal(0), None if is_whole else flat[-1])


def opened(
    held: Decimal, price_now: Decimal | None, fills: Sequence[FillReport], instrument: Instrument
) -> tuple[OrderStatusReport, FillReport]:
    """Make up the order that opened a position right before its history begins.

    Its ids follow from what it stands for, so that it is the same order whoever makes it up again.

    Args:
        held: what the position was then, signed.
        price_now: at which it is open now on average, where the venue tells.
        fills: the history.
        instrument: of all of them.
    """
    first = fills[0]
    ts_event = first.ts_event - 1
    name = f"S-{ts_event:x}-{crc32(f'{instrument.id} {held} {first.trade_id}'.encode()):08x}"
    price = instrument.make_price(_price(held, price_now, fills))
    quantity = instrument.make_qty(abs(held))
    common: dict[str, Any] = {
        "account_id": first.account_id,
        "instrument_id": instrument.id,
        "venue_order_id": VenueOrderId(name),
        "order_side": OrderSide.BUY if held > 0 else OrderSide.SELL,
        "venue_position_id": first.venue_position_id,
        "report_id": UUID4(),
        "ts_init": first.ts_init,
    }
    order = OrderStatusReport(
        **common,
        order_type=OrderType.MARKET,
        time_in_force=TimeInForce.GTC,
        order_status=OrderStatus.FILLED,
        quantity=quantity,
        filled_qty=quantity,
        avg_px=price.as_decimal(),
        ts_accepted=ts_event,
        ts_last=ts_event,
    )
    fill = FillReport(
        **common,
        trade_id=TradeId(name),
        last_qty=quantity,
        last_px=price,
        commission=Money(0, first.commission.currency),
        liquidity_side=LiquiditySide.NO_LIQUIDITY_SIDE,
        ts_event=ts_event,
    )
    return order, fill


def _price(held: Decimal, price_now: Decimal | None, fills: Sequence[FillReport]) -> Decimal:
    """Return at which price a position was opened for it to be open now at the price that the venue tells.

    The average price now is `constant + share * price`; where a trade turned the position, or nothing is told, any
    price will do, and it is that of the first trade.
    """
    first: Decimal = fills[0].last_px.as_decimal()
    constant, share, net = Decimal(0), Decimal(1), held
    for fill in fills:
        quantity = signed(fill)
        if (net + quantity) * net <= 0:
            return first
        if quantity * net > 0:
            part = net / (net + quantity)
            constant, share = constant * part + fill.last_px.as_decimal() * (1 - part), share * part
        net += quantity
    price = first if price_now is None else (price_now - constant) / share
    return price if price > 0 else first
