"""What a node's cache holds, told whole: orders with their fills and events, and positions with theirs."""

from decimal import Decimal

from msgspec import Struct


class BookedFill(Struct, frozen=True, kw_only=True):
    """A trade as an order holds it.

    Attributes:
        trade_id: the venue's, or one that the engine made up.
        quantity: in the base asset.
        price: in the quote asset.
        commission: in the quote asset.
    """

    trade_id: str
    quantity: Decimal
    price: Decimal
    commission: Decimal


class BookedOrder(Struct, frozen=True, kw_only=True):
    """An order as a node holds it.

    Attributes:
        venue_order_id: None until the venue told it.
        status: in the engine's words.
        filled: the quantity traded.
        average_price: of its fills; 0 without any.
        strategy_id: its owner.
        events: the kinds of its events, oldest first; a fill with its trade id.
    """

    client_order_id: str
    venue_order_id: str | None
    instrument_id: str
    side: str
    status: str
    quantity: Decimal
    filled: Decimal
    average_price: Decimal
    strategy_id: str
    fills: tuple[BookedFill, ...]
    events: tuple[str, ...]


class BookedPosition(Struct, frozen=True, kw_only=True):
    """A position as a node holds it.

    Attributes:
        net: signed quantity; 0 once it is closed.
        average_open: the mean price at which it was opened.
        realized_pnl: in the quote asset, commissions taken off; of the position's current life.
        trade_ids: the fills of its current life, oldest first.
    """

    position_id: str
    instrument_id: str
    strategy_id: str
    net: Decimal
    average_open: Decimal
    realized_pnl: Decimal
    trade_ids: tuple[str, ...]


class Books(Struct, frozen=True):
    """All orders and positions of a cache, by their ids' order."""

    orders: tuple[BookedOrder, ...] = ()
    positions: tuple[BookedPosition, ...] = ()
