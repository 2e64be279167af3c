"""What the venue's control API answers; times are milliseconds since the epoch unless named otherwise.

Quantities are of the base asset, prices and money in the quote asset; both keep the venue's precision.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, Literal, Self

from msgspec import Struct

Side = Literal["BUY", "SELL"]
OPEN: Final = frozenset({"NEW", "PARTIALLY_FILLED"})
"""The statuses of an order that can still trade."""


class VenueOrder(Struct, frozen=True, kw_only=True):
    """An order as the venue holds it.

    Attributes:
        price: the limit, 0 for a market order.
        filled: the quantity traded so far.
        update_ms: when it last changed.
    """

    order_id: int
    client_order_id: str
    symbol: str
    side: Side
    type: str
    status: str
    price: Decimal
    quantity: Decimal
    filled: Decimal
    time_ms: int
    update_ms: int

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Self:
        """Return it from the venue's JSON."""
        return cls(**{**answer, **{name: Decimal(answer[name]) for name in ("price", "quantity", "filled")}})

    @property
    def is_open(self) -> bool:
        """Whether it can still trade."""
        return self.status in OPEN


class VenueFill(Struct, frozen=True, kw_only=True):
    """A trade of an order.

    Attributes:
        trade_id: unique within its symbol only; as text, which is how a node names it.
        maker: whether the order rested.
        realized_pnl: before commission.
    """

    trade_id: str
    order_id: int
    client_order_id: str
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    commission: Decimal
    maker: bool
    time_ms: int
    realized_pnl: Decimal

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Self:
        """Return it from the venue's JSON."""
        amounts = {name: Decimal(answer[name]) for name in ("quantity", "price", "commission", "realized_pnl")}
        return cls(**{**answer, **amounts, "trade_id": str(answer["trade_id"])})

    @property
    def signed(self) -> Decimal:
        """The quantity, negative for a sale."""
        return self.quantity if self.side == "BUY" else -self.quantity


class VenueLedger(Struct, frozen=True, kw_only=True):
    """The truth: all that ever happened at the venue.

    Attributes:
        orders: in the order of their placing.
        fills: symbol by symbol, each oldest first.
        positions: signed net quantity by symbol; flat ones left out.
        commissions: paid so far, by asset.
        balances: the wallet, by asset.
    """

    orders: tuple[VenueOrder, ...]
    fills: tuple[VenueFill, ...]
    positions: Mapping[str, Decimal]
    commissions: Mapping[str, Decimal]
    balances: Mapping[str, Decimal]

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Self:
        """Return it from the venue's JSON."""
        return cls(
            orders=tuple(map(VenueOrder.read, answer["orders"])),
            fills=tuple(map(VenueFill.read, answer["fills"])),
            positions=_amounts(answer["positions"]),
            commissions=_amounts(answer["commissions"]),
            balances=_amounts(answer["balances"]),
        )

    @property
    def open_orders(self) -> tuple[VenueOrder, ...]:
        """The orders that can still trade."""
        return tuple(order for order in self.orders if order.is_open)

    def order(self, client_order_id: str) -> VenueOrder:
        """Return an order; the latest, where an id was used again.

        Raises:
            KeyError: there is none.
        """
        return {order.client_order_id: order for order in self.orders}[client_order_id]

    def fills_of(self, client_order_id: str) -> tuple[VenueFill, ...]:
        """Return an order's fills, oldest first."""
        return tuple(fill for fill in self.fills if fill.client_order_id == client_order_id)


class Happened(Struct, frozen=True, kw_only=True):
    """What an order has come to, and the trades that this brought."""

    order: VenueOrder
    fills: tuple[VenueFill, ...]

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Self:
        """Return it from the venue's JSON."""
        return cls(order=VenueOrder.read(answer["order"]), fills=tuple(map(VenueFill.read, answer["fills"])))


class Seeded(Struct, frozen=True, kw_only=True):
    """What a seeding added.

    Attributes:
        fills: how many trades, each of its own order.
        open_orders: how many resting orders.
        net: the symbol's signed position afterwards.
        first_ms: the first trade's time; 0 without trades.
        last_ms: the last trade's time, likewise.
    """

    symbol: str
    fills: int
    open_orders: int
    net: Decimal
    first_ms: int
    last_ms: int

    @classmethod
    def read(cls, answer: Mapping[str, Any]) -> Self:
        """Return it from the venue's JSON."""
        return cls(**{**answer, "net": Decimal(answer["net"])})


class VenueFault(Struct, frozen=True, kw_only=True):
    """A fault in the venue's table; `VenueControl.fail` says what its values mean.

    Attributes:
        status: None, with the body, where the true answer is given.
        times: how often it still happens; None is without end.
    """

    call: str
    status: int | None = None
    body: Any = None
    times: int | None
    delay_secs: float
    drop: bool
    apply: bool


class VenueCall(Struct, frozen=True, kw_only=True):
    """A REST call as it came in.

    Attributes:
        time: when it arrived, seconds since the epoch.
        call: method and path, `GET /fapi/v1/openOrders`.
        params: its query without the signature.
        status: the HTTP status answered; None until then, and for ever when the connection was dropped.
        fault: whether a fault touched it.
    """

    time: float
    call: str
    params: Mapping[str, str]
    status: int | None
    fault: bool


def _amounts(answer: Mapping[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(amount) for name, amount in answer.items()}
