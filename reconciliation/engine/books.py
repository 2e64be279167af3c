"""What a node's cache holds, told whole: orders with their fills and events, and positions with theirs."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedFill:
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

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """Return it from plain data."""
        return cls(
            trade_id=data["trade_id"], **{key: Decimal(data[key]) for key in ("quantity", "price", "commission")}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedOrder:
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

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """Return it from plain data."""
        amounts = {key: Decimal(data[key]) for key in ("quantity", "filled", "average_price")}
        fills = tuple(map(BookedFill.read, data["fills"]))
        return cls(**{**data, **amounts, "fills": fills, "events": tuple(data["events"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedPosition:
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

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """Return it from plain data."""
        amounts = {key: Decimal(data[key]) for key in ("net", "average_open", "realized_pnl")}
        return cls(**{**data, **amounts, "trade_ids": tuple(data["trade_ids"])})


@dataclass(frozen=True, slots=True)
class Books:
    """All orders and positions of a cache, by their ids' order."""

    orders: tuple[BookedOrder, ...] = ()
    positions: tuple[BookedPosition, ...] = ()

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """Return them from plain data."""
        return cls(tuple(map(BookedOrder.read, data["orders"])), tuple(map(BookedPosition.read, data["positions"])))

    def data(self) -> dict[str, Any]:
        """Return them as plain data; amounts are `Decimal`, whose text is exact."""
        return {
            "orders": [asdict(order) for order in self.orders],
            "positions": [asdict(position) for position in self.positions],
        }
