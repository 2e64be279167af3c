"""The truth of the venue: orders, fills, positions, commissions and the wallet."""

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from msgspec.structs import asdict, replace

from reconciliation.venue.errors import ExchangeError, RequestRefused, no_such_order, unknown_order
from reconciliation.venue.records import (
    EIGHT_PLACES,
    Amended,
    Closed,
    Entry,
    Event,
    Execution,
    Fill,
    Filled,
    LeverageSet,
    Order,
    OrderRequest,
    OrderStatus,
    OrderType,
    Placed,
    Position,
    TimeInForce,
)
from reconciliation.venue.symbols import MIN_NOTIONAL, SYMBOLS, symbol_named

MAKER_RATE: Final = Decimal("0.0002")
TAKER_RATE: Final = Decimal("0.0005")
OPENING_BALANCE: Final = Decimal(1_000_000)
DEFAULT_LEVERAGE: Final = 20
FIRST_ORDER_ID: Final = 8_000_001
# Trade ids are counted per symbol, as on the exchange, so equal ids of two symbols are two trades.
FIRST_TRADE_ID: Final = 1_001
# How long the exchange remembers a client order id after the order's placement.
CLIENT_ID_MEMORY_MS: Final = 7 * 86_400_000


class Ledger:
    """Orders in, entries out, state between.

    Matching rule: a MARKET order, or a LIMIT order priced at or through the symbol's last price, fills at
    once in full as taker at the last price; every other order rests until filled or canceled from outside.

    Every change is one entry, told to `record` before it is applied; replaying the entries through `apply`
    gives an equal ledger. No margin is reserved and nothing is liquidated.

    Args:
        now_ms: the clock, milliseconds since the epoch.
        record: told every entry before it takes effect; when it raises, nothing has changed.
    """

    def __init__(self, now_ms: Callable[[], int], record: Callable[[Entry], None] = lambda _: None) -> None:
        self.now_ms = now_ms
        self.record = record
        self.orders: dict[int, Order] = {}
        self.fills: dict[str, list[Fill]] = {name: [] for name in SYMBOLS}
        self.positions = {name: Position(symbol=name) for name in SYMBOLS}
        self.leverages = dict.fromkeys(SYMBOLS, DEFAULT_LEVERAGE)
        self.commissions = Decimal(0)
        self.wallet = OPENING_BALANCE
        self.last_update_ms = 0
        self._open: dict[int, None] = {}  # an ordered set
        self._by_client_id: dict[str, int] = {}

    @property
    def next_order_id(self) -> int:
        """The id the next order gets."""
        return FIRST_ORDER_ID + len(self.orders)

    def next_trade_id(self, symbol: str) -> int:
        """The id the symbol's next trade gets."""
        return FIRST_TRADE_ID + len(self.fills[symbol])

    def open_orders(self, symbol: str | None = None) -> list[Order]:
        """The open orders by id, of one symbol or of all."""
        orders = (self.orders[order_id] for order_id in sorted(self._open))
        return [order for order in orders if symbol in {None, order.symbol}]

    def find(
        self, *, order_id: int | None = None, client_order_id: str | None = None, symbol: str | None = None
    ) -> Order | None:
        """The order of that id, or the latest of that client order id; None when the symbol is another."""
        if order_id is None and client_order_id is not None:
            order_id = self._by_client_id.get(client_order_id)
        order = None if order_id is None else self.orders.get(order_id)
        return order if order is not None and symbol in {None, order.symbol} else None

    # What can be asked of the ledger. Each answers with the events it caused, in order.

    def place(self, request: OrderRequest) -> list[Event]:
        """Accept an order and match it by the rule above.

        IOC and FOK orders that do not match expire; a post-only order that would match is refused. A
        reduce-only order is cut down to the position it reduces.

        Raises:
            ExchangeError: the order is refused and leaves no trace.
        """
        request = self._checked(request)
        marketable = _is_marketable(request)
        if marketable and request.time_in_force is TimeInForce.GTX:
            raise _would_take()
        placed = Placed(**asdict(request), order_id=self.next_order_id, time_ms=self.now_ms())
        events = [self.write(placed)]
        if marketable:
            events.append(self._take(events[0].order))
        elif request.time_in_force in {TimeInForce.IOC, TimeInForce.FOK}:
            closed = Closed(order_id=placed.order_id, status=OrderStatus.EXPIRED, time_ms=placed.time_ms)
            events.append(self.write(closed))
        return events

    def pass_over(self, request: OrderRequest) -> list[Event]:
        """Accept an order that `place` refuses because it would trade, and let it expire at once."""
        placed = Placed(**asdict(request), order_id=self.next_order_id, time_ms=self.now_ms())
        closed = Closed(order_id=placed.order_id, status=OrderStatus.EXPIRED, time_ms=placed.time_ms)
        return [self.write(placed), self.write(closed)]

    def fill(self, order: Order, quantity: Decimal | None = None, price: Decimal | None = None) -> list[Event]:
        """Fill an open order as maker, by default all that remains of it at its own price.

        Raises:
            RequestRefused: the order is not open, the quantity is more than remains, or a reduce-only order
                would do more than reduce.
        """
        if not order.is_open:
            raise RequestRefused(f"order {order.order_id} is {order.status}, not open")
        symbol = symbol_named(order.symbol)
        quantity = order.remaining if quantity is None else quantity
        price = order.price if price is None else price
        symbol.check_quantity(quantity)
        symbol.check_price(price)
        if quantity > order.remaining:
            raise RequestRefused(f"quantity {quantity} is more than the {order.remaining} that remain")
        if order.reduce_only and quantity > self._reducible(order):
            raise RequestRefused(f"order {order.order_id} is reduce-only and the position is smaller than that")
        return [self._filled(order, quantity, price, maker=True)]

    def cancel(self, order: Order | None) -> list[Event]:
        """Cancel an open order.

        Raises:
            ExchangeError: -2011, there is no such open order.
        """
        if order is None or not order.is_open:
            raise unknown_order()
        closed = Closed(order_id=order.order_id, status=OrderStatus.CANCELED, time_ms=self.now_ms())
        return [self.write(closed)]

    def amend(self, order: Order | None, quantity: Decimal, price: Decimal) -> list[Event]:
        """Give an open order a new quantity and price; at or through the last price it then fills.

        Raises:
            ExchangeError: no such open order, nothing would change, or the new values are refused.
        """
        if order is None or not order.is_open:
            raise no_such_order()
        symbol = symbol_named(order.symbol)
        symbol.check_quantity(quantity)
        symbol.check_price(price)
        if (quantity, price) == (order.quantity, order.price):
            raise ExchangeError(-5027, "No need to modify the order.")
        if quantity <= order.filled:
            return self.cancel(order)  # the exchange's rule for a quantity already traded
        marketable = _is_marketable(replace(order, price=price))
        if marketable and order.time_in_force is TimeInForce.GTX:
            raise _would_take()
        if order.reduce_only and quantity - order.filled > self._reducible(order):
            raise _not_reducing()
        amended = Amended(order_id=order.order_id, quantity=quantity, price=price, time_ms=self.now_ms())
        events = [self.write(amended)]
        if marketable:
            events.append(self._take(events[0].order))
        return events

    def set_leverage(self, symbol: str, leverage: int) -> None:
        """Note the leverage chosen for a symbol."""
        entry = LeverageSet(symbol=symbol, leverage=leverage)
        self.record(entry)
        self.apply(entry)

    def write(self, entry: Placed | Filled | Closed | Amended) -> Event:
        """Record an entry about an order, apply it, and tell what it caused."""
        self.record(entry)
        self.apply(entry)
        order = self.orders[entry.order_id]
        execution = Execution(entry.status) if isinstance(entry, Closed) else _EXECUTIONS[type(entry)]
        return Event(
            execution=execution,
            order=order,
            fill=self.fills[order.symbol][-1] if isinstance(entry, Filled) else None,
            position=self.positions[order.symbol],
            wallet=self.wallet,
        )

    def apply(self, entry: Entry) -> None:
        """Let an entry take effect, unchecked; the only place where state changes."""
        match entry:
            case Placed():
                self._put(Order(**asdict(entry), update_ms=entry.time_ms))
            case Filled():
                self._trade(entry)
            case Closed():
                order = self.orders[entry.order_id]
                self._put(replace(order, status=entry.status, update_ms=entry.time_ms))
            case Amended():
                order = self.orders[entry.order_id]
                self._put(replace(order, quantity=entry.quantity, price=entry.price, update_ms=entry.time_ms))
            case LeverageSet():
                self.leverages[entry.symbol] = entry.leverage

    def _put(self, order: Order) -> None:
        self.orders[order.order_id] = order
        self._by_client_id[order.client_order_id] = order.order_id
        if order.is_open:
            self._open[order.order_id] = None
        else:
            self._open.pop(order.order_id, None)
        self.last_update_ms = max(self.last_update_ms, order.update_ms)

    def _trade(self, entry: Filled) -> None:
        order = self.orders[entry.order_id]
        filled = order.filled + entry.quantity
        self._put(
            replace(
                order,
                filled=filled,
                quote=order.quote + entry.quantity * entry.price,
                status=OrderStatus.FILLED if filled == order.quantity else OrderStatus.PARTIALLY_FILLED,
                update_ms=entry.time_ms,
            )
        )
        before = self.positions[order.symbol]
        after = before.traded(order.side.sign * entry.quantity, entry.price, entry.time_ms)
        rate = MAKER_RATE if entry.maker else TAKER_RATE
        fill = Fill(
            **asdict(entry),
            client_order_id=order.client_order_id,
            symbol=order.symbol,
            side=order.side,
            commission=(entry.quantity * entry.price * rate).quantize(EIGHT_PLACES),
            realized_pnl=after.realized_pnl - before.realized_pnl,
        )
        self.positions[order.symbol] = after
        self.fills[order.symbol].append(fill)
        self.commissions += fill.commission
        self.wallet += fill.realized_pnl - fill.commission

    def _take(self, order: Order) -> Event:
        return self._filled(order, order.remaining, symbol_named(order.symbol).last_price, maker=False)

    def _filled(self, order: Order, quantity: Decimal, price: Decimal, *, maker: bool) -> Event:
        return self.write(
            Filled(
                trade_id=self.next_trade_id(order.symbol),
                order_id=order.order_id,
                quantity=quantity,
                price=price,
                maker=maker,
                time_ms=self.now_ms(),
            )
        )

    def _reducible(self, request: OrderRequest) -> Decimal:
        """How much of a reduce-only order the position allows."""
        return max(Decimal(0), -request.side.sign * self.positions[request.symbol].quantity)

    def _checked(self, request: OrderRequest) -> OrderRequest:
        """The request as the exchange takes it, or its refusal."""
        symbol = symbol_named(request.symbol)
        symbol.check_quantity(request.quantity)
        if request.type is OrderType.LIMIT:
            symbol.check_price(request.price)
        known = self.find(client_order_id=request.client_order_id)
        if known is not None and (known.is_open or self.now_ms() - known.time_ms < CLIENT_ID_MEMORY_MS):
            raise ExchangeError(-4116, "ClientOrderId is duplicated.")
        if request.reduce_only:
            reducible = self._reducible(request)
            if not reducible:
                raise _not_reducing()
            return replace(request, quantity=min(request.quantity, reducible))
        if request.quantity * (request.price or symbol.last_price) < MIN_NOTIONAL:
            raise ExchangeError(
                -4164,
                f"Order's notional must be no smaller than {MIN_NOTIONAL} (unless you choose reduce only).",
            )
        return request


_EXECUTIONS: Final[dict[type[Entry], Execution]] = {
    Placed: Execution.NEW,
    Filled: Execution.TRADE,
    Amended: Execution.AMENDMENT,
}


def _is_marketable(request: OrderRequest) -> bool:
    """Whether the matching rule fills this order at once."""
    last_price = symbol_named(request.symbol).last_price
    return request.type is OrderType.MARKET or (request.price - last_price) * request.side.sign >= 0


def _would_take() -> ExchangeError:
    return ExchangeError(
        -5022,
        "Due to the order could not be executed as maker, the Post Only order will be rejected. "
        "The order will not be recorded in the order history",
    )


def _not_reducing() -> ExchangeError:
    return ExchangeError(-2022, "ReduceOnly Order is rejected.")
