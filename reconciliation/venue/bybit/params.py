"""What a call says, read the way the exchange reads it: a query's text, or the JSON of a body."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from reconciliation.venue.bybit.refusals import Refusal, wrong_parameter
from reconciliation.venue.records import CLIENT_ORDER_ID, OrderRequest, OrderType, Side, TimeInForce
from reconciliation.venue.symbols import SYMBOLS

LINEAR: Final = "linear"
CATEGORIES: Final = frozenset({LINEAR, "spot", "inverse", "option"})
SIDES: Final = {"Buy": Side.BUY, "Sell": Side.SELL}
TYPES: Final = {"Limit": OrderType.LIMIT, "Market": OrderType.MARKET}
TIMES_IN_FORCE: Final = {
    "GTC": TimeInForce.GTC,
    "IOC": TimeInForce.IOC,
    "FOK": TimeInForce.FOK,
    "PostOnly": TimeInForce.GTX,
}

_INTEGER: Final = re.compile(r"\d{1,19}")
_DECIMAL: Final = re.compile(r"\d{1,20}(\.\d{1,20})?")


class Params:
    """Typed access to parameters; what is missing or malformed raises 10001.

    Args:
        values: by name, as they came.
    """

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def text(self, name: str) -> str:
        """A parameter, empty when absent."""
        value = self._values.get(name)
        return "" if value is None else str(value)

    def required(self, name: str) -> str:
        """A parameter that the call needs."""
        if not (value := self.text(name)):
            raise wrong_parameter(name)
        return value

    def integer(self, name: str) -> int | None:
        """A whole number, or None when absent."""
        if not (value := self.text(name)):
            return None
        if not _INTEGER.fullmatch(value):
            raise wrong_parameter(name)
        return int(value)

    def decimal(self, name: str) -> Decimal | None:
        """A plain number that is not negative, or None when absent."""
        if not (value := self.text(name)):
            return None
        if not _DECIMAL.fullmatch(value):
            raise wrong_parameter(name)
        return Decimal(value)

    def choice[T](self, name: str, words: Mapping[str, T], default: str = "") -> T:
        """What one of a closed set of words stands for."""
        word = self.text(name) or default
        if word not in words:
            raise wrong_parameter(name)
        return words[word]

    @property
    def is_linear(self) -> bool:
        """Whether the call is about the category that holds anything here."""
        category = self.required("category")
        if category not in CATEGORIES:
            raise Refusal(10001, "Illegal category")
        return category == LINEAR

    def symbol(self) -> str:
        """The symbol that the call needs."""
        name = self.required("symbol")
        if name not in SYMBOLS:
            raise wrong_parameter("symbol")
        return name

    def optional_symbol(self) -> str | None:
        """The symbol, or None where the call is for all."""
        return self.symbol() if self.text("symbol") else None

    def order_ids(self) -> dict[str, Any] | None:
        """The order that a call names by either id, as arguments for `Ledger.find`; None where it names none."""
        if order_id := self.text("orderId"):
            return {"order_id": int(order_id) if _INTEGER.fullmatch(order_id) else 0}
        link_id = self.text("orderLinkId")
        return {"client_order_id": link_id} if link_id else None

    def new_order(self, generated_id: str) -> OrderRequest:
        """The order that is asked for.

        Args:
            generated_id: the link id it gets when it brings none.
        """
        kind = self.choice("orderType", TYPES)
        link_id = self.text("orderLinkId") or generated_id
        if not CLIENT_ORDER_ID.fullmatch(link_id):
            raise wrong_parameter("orderLinkId")
        if self.text("triggerPrice"):
            raise Refusal(10001, "conditional orders are not served here")
        quantity, price = self.decimal("qty"), self.decimal("price")
        if quantity is None:
            raise Refusal(10001, "Qty invalid")
        if kind is OrderType.LIMIT and price is None:
            raise wrong_parameter("price")
        is_limit = kind is OrderType.LIMIT
        return OrderRequest(
            client_order_id=link_id,
            symbol=self.symbol(),
            side=self.choice("side", SIDES),
            type=kind,
            time_in_force=self.choice("timeInForce", TIMES_IN_FORCE, "GTC") if is_limit else TimeInForce.GTC,
            quantity=quantity,
            price=price if is_limit and price is not None else Decimal(0),
            reduce_only=bool(self._values.get("reduceOnly")),
        )
