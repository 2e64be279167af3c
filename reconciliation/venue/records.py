"""The ledger's vocabulary: what is written down, and what stands after it.

The first group (`Placed`, `Filled`, `Closed`, `Amended`, `LeverageSet`) are entries: facts that happened
once, flat enough for one JSON line each. The second group is the state they add up to.
Times are milliseconds since the epoch; prices and amounts of money are USDT, quantities the base asset.
"""

import re
from decimal import Decimal
from enum import StrEnum
from typing import Final, Self

from msgspec import Struct

# The finest amount the exchange accounts in, for money and for average prices.
EIGHT_PLACES = Decimal("0.00000001")
CLIENT_ORDER_ID: Final = re.compile(r"[.A-Z:/a-z0-9_-]{1,36}")


class Side(StrEnum):
    """Which way an order trades."""

    BUY = "BUY"
    SELL = "SELL"

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for a sell."""
        return 1 if self is Side.BUY else -1


class OrderType(StrEnum):
    """The order types matched here; conditional ones live behind the exchange's algo API."""

    LIMIT = "LIMIT"
    MARKET = "MARKET"


class TimeInForce(StrEnum):
    """How long an order lives; GTX is post-only."""

    GTC = "GTC"
    IOC = "IOC"
    FOK = "FOK"
    GTX = "GTX"
    GTD = "GTD"


class OrderStatus(StrEnum):
    """Where an order stands."""

    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    FILLED = "FILLED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"


class Execution(StrEnum):
    """What happened to an order, the `x` of an ORDER_TRADE_UPDATE."""

    NEW = "NEW"
    TRADE = "TRADE"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    AMENDMENT = "AMENDMENT"


class OrderRequest(Struct, frozen=True, kw_only=True):
    """An order as somebody asks for it.

    Attributes:
        price: the limit price, 0 for a market order.
        good_till_ms: the end of a GTD order, 0 for others; it is reported, and nothing expires by it.
    """

    client_order_id: str
    symbol: str
    side: Side
    type: OrderType
    time_in_force: TimeInForce = TimeInForce.GTC
    quantity: Decimal
    price: Decimal = Decimal(0)
    reduce_only: bool = False
    good_till_ms: int = 0


class Placed(OrderRequest, frozen=True, kw_only=True):
    """Entry: an order was accepted."""

    order_id: int
    time_ms: int


class Filled(Struct, frozen=True, kw_only=True):
    """Entry: an order traded."""

    trade_id: int
    order_id: int
    quantity: Decimal
    price: Decimal
    maker: bool
    time_ms: int


class Closed(Struct, frozen=True, kw_only=True):
    """Entry: an order ended unfilled or partly filled, as CANCELED or EXPIRED."""

    order_id: int
    status: OrderStatus
    time_ms: int


class Amended(Struct, frozen=True, kw_only=True):
    """Entry: an open limit order got a new quantity and price."""

    order_id: int
    quantity: Decimal
    price: Decimal
    time_ms: int


class LeverageSet(Struct, frozen=True, kw_only=True):
    """Entry: the leverage of a symbol was chosen; it is reported and limits nothing."""

    symbol: str
    leverage: int


Entry = Placed | Filled | Closed | Amended | LeverageSet


class Order(Placed, frozen=True, kw_only=True):
    """An order as it stands now: as placed or amended, and what has become of it.

    Attributes:
        filled: the quantity traded so far.
        quote: what that quantity cost, price times quantity over its fills.
        update_ms: when it last changed.
    """

    update_ms: int
    status: OrderStatus = OrderStatus.NEW
    filled: Decimal = Decimal(0)
    quote: Decimal = Decimal(0)

    @property
    def is_open(self) -> bool:
        """Whether it can still trade."""
        return self.status in {OrderStatus.NEW, OrderStatus.PARTIALLY_FILLED}

    @property
    def remaining(self) -> Decimal:
        """The quantity still to trade."""
        return self.quantity - self.filled

    @property
    def average_price(self) -> Decimal:
        """The mean price of its fills, 0 without any."""
        return (self.quote / self.filled).quantize(EIGHT_PLACES) if self.filled else Decimal(0)


class Fill(Filled, frozen=True, kw_only=True):
    """A trade with what it did to the account."""

    client_order_id: str
    symbol: str
    side: Side
    commission: Decimal
    realized_pnl: Decimal


class Position(Struct, frozen=True, kw_only=True):
    """The net position of a symbol in one-way mode.

    Attributes:
        quantity: signed, negative when short.
        entry_price: mean price of what is open, 0 when flat.
        realized_pnl: profit taken since the beginning, before commissions.
    """

    symbol: str
    quantity: Decimal = Decimal(0)
    entry_price: Decimal = Decimal(0)
    realized_pnl: Decimal = Decimal(0)
    update_ms: int = 0

    def traded(self, signed: Decimal, price: Decimal, time_ms: int) -> Self:
        """The position after a trade of a signed quantity; through zero it reopens at the trade's price."""
        quantity = self.quantity + signed
        realized = Decimal(0)
        if self.quantity * signed >= 0:
            cost = abs(self.quantity) * self.entry_price + abs(signed) * price
            entry = (cost / abs(quantity)).quantize(EIGHT_PLACES)
        else:
            closed = min(abs(self.quantity), abs(signed)).copy_sign(self.quantity)
            realized = ((price - self.entry_price) * closed).quantize(EIGHT_PLACES)
            turned = price if quantity else Decimal(0)
            entry = self.entry_price if quantity * self.quantity > 0 else turned
        return type(self)(
            symbol=self.symbol,
            quantity=quantity,
            entry_price=entry,
            realized_pnl=self.realized_pnl + realized,
            update_ms=time_ms,
        )


class Event(Struct, frozen=True, kw_only=True):
    """One change of an order, with everything a user stream tells about it.

    Attributes:
        order: the order right after the change.
        fill: the trade, when the change is one.
        position: the symbol's position right after.
        wallet: the wallet balance right after.
    """

    execution: Execution
    order: Order
    fill: Fill | None = None
    position: Position
    wallet: Decimal
