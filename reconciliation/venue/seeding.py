"""History made up on request: past round trips, a position, resting orders."""

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import product
from typing import Final

from msgspec import Struct

from reconciliation.venue.errors import RequestRefused
from reconciliation.venue.ledger import Ledger
from reconciliation.venue.records import Filled, Order, OrderType, Placed, Side
from reconciliation.venue.symbols import Symbol, symbol_named

SPACING_MS: Final = 60_000
# The exchange answers for the last seven days; history stays well inside.
LONGEST_SPAN_MS: Final = 6 * 86_400_000
MINUTE_MS: Final = 60_000


class Seeded(Struct, frozen=True):
    """What a seeding added.

    Attributes:
        fills: how many trades, each of its own order.
        open_orders: how many resting orders.
        net: the symbol's signed position afterwards, base asset.
        first_ms: the first trade's time, milliseconds since the epoch; 0 without trades.
        last_ms: the last trade's time, likewise.
    """

    fills: int
    open_orders: int
    net: Decimal
    first_ms: int
    last_ms: int


def seed(  # noqa: PLR0913 - what there is to say of a history
    ledger: Ledger,
    symbol_name: str,
    *,
    fills: int,
    open_orders: int,
    net: Decimal,
    age_mins: int = 1,
    part: Decimal = Decimal(0),
) -> Seeded:
    """Add history of a symbol to a ledger; nobody is told of it.

    The trades lie a minute apart (closer when there are many, or when the ledger already has recent entries)
    and end as long ago as asked, a minute by default. Resting orders lie 5 % and more from the last price, buys below
    and sells above.

    Args:
        ledger: where it goes.
        symbol_name: the exchange's symbol.
        fills: how many trades.
        open_orders: how many resting limit orders.
        net: the signed position to end with, whatever it is before.
        age_mins: how long ago it ended; later than what the ledger holds it ends in any case.
        part: how much of each resting order traded then; less than all of it.

    Raises:
        RequestRefused: no such number of trades leads to that position, or `net` is off the step grid.
    """
    symbol = symbol_named(symbol_name)
    if net:
        symbol.check_quantity(abs(net))
    trades = plan(symbol, fills, ledger.positions[symbol_name].quantity, net)
    now = ledger.now_ms()
    end = max(now - age_mins * MINUTE_MS, min(ledger.last_update_ms, now))
    start = min(end, max(end - min(fills * SPACING_MS, LONGEST_SPAN_MS), ledger.last_update_ms))
    times = [start + (end - start) * (index + 1) // fills for index in range(fills)]
    for index, (signed, time_ms) in enumerate(zip(trades, times, strict=True)):
        _trade(ledger, symbol, index, signed, time_ms)
    if part:
        symbol.check_quantity(part)
    if part >= symbol.lot:
        raise RequestRefused(f"an order of {symbol.lot} of which {part} traded does not rest")
    for index in range(open_orders):
        resting = ledger.write(_resting(ledger, symbol, index, end)).order
        if part:
            ledger.write(_filled(ledger, resting, part, resting.price, end, maker=True))
    return Seeded(
        fills=fills,
        open_orders=open_orders,
        net=ledger.positions[symbol_name].quantity,
        first_ms=times[0] if times else 0,
        last_ms=times[-1] if times else 0,
    )


def plan(symbol: Symbol, fills: int, held: Decimal, net: Decimal) -> list[Decimal]:
    """The signed quantities of so many trades that lead from a held position to a net one.

    First the held position is closed, then come round trips from flat to flat, and the last one or two trades
    open the net position.

    Raises:
        RequestRefused: no such number of trades does that.
    """
    for opening, closing in product(_parts(symbol, net), _parts(symbol, -held)):
        between = fills - len(opening) - len(closing)
        if between >= 0 and between != 1:
            return [*closing, *_round_trips(symbol, between), *opening]
    if fills == 1 and net != held:
        return [net - held]
    raise RequestRefused(f"{fills} fills cannot lead from a position of {held} to one of {net} {symbol.base}")


def _parts(symbol: Symbol, quantity: Decimal) -> list[list[Decimal]]:
    """The ways to trade a signed quantity: in two trades if it can be split, in one, in none if zero."""
    if not quantity:
        return [[]]
    most = (quantity * Decimal("0.6")).quantize(symbol.step, ROUND_HALF_EVEN)
    whole = [quantity]
    return [whole] if most in {0, quantity} else [[most, quantity - most], whole]


def _round_trips(symbol: Symbol, count: int) -> Iterator[Decimal]:
    """`count` signed trades, 0 or at least 2, that begin and end flat."""
    if count % 2:
        (first, second), *_ = _parts(symbol, symbol.lot)
        yield from (first, second, -symbol.lot)
        count -= 3
    for index in range(count // 2):
        quantity = symbol.lot if index % 2 == 0 else -symbol.lot
        yield from (quantity, -quantity)


def _trade(ledger: Ledger, symbol: Symbol, index: int, signed: Decimal, time_ms: int) -> None:
    """One past order and the fill that completed it: by turns a resting limit order and a market order."""
    maker = index % 2 == 0
    price = _near(symbol, Decimal(index % 7 - 3) / 1_000)
    order_id = ledger.next_order_id
    ledger.write(
        Placed(
            order_id=order_id,
            client_order_id=f"seed_{order_id}",
            symbol=symbol.name,
            side=Side.BUY if signed > 0 else Side.SELL,
            type=OrderType.LIMIT if maker else OrderType.MARKET,
            quantity=abs(signed),
            price=price if maker else Decimal(0),
            time_ms=time_ms,
        )
    )
    ledger.write(_filled(ledger, ledger.orders[order_id], abs(signed), price, time_ms, maker=maker))


def _filled(  # noqa: PLR0913 - what there is to say of a trade
    ledger: Ledger, order: Order, quantity: Decimal, price: Decimal, time_ms: int, *, maker: bool
) -> Filled:
    return Filled(
        trade_id=ledger.next_trade_id(order.symbol),
        order_id=order.order_id,
        quantity=quantity,
        price=price,
        maker=maker,
        time_ms=time_ms,
    )


def _resting(ledger: Ledger, symbol: Symbol, index: int, time_ms: int) -> Placed:
    side = Side.BUY if index % 2 == 0 else Side.SELL
    away = Decimal(50 + index // 2 % 400) / 1_000
    return Placed(
        order_id=ledger.next_order_id,
        client_order_id=f"seed_{ledger.next_order_id}",
        symbol=symbol.name,
        side=side,
        type=OrderType.LIMIT,
        quantity=symbol.lot,
        price=_near(symbol, -side.sign * away),
        time_ms=time_ms,
    )


def _near(symbol: Symbol, fraction: Decimal) -> Decimal:
    """A price off the last one by a fraction of it, on the tick grid."""
    ticks = (symbol.last_price * (1 + fraction) / symbol.tick).quantize(Decimal(1), ROUND_HALF_EVEN)
    return ticks * symbol.tick
