"""A REST call's parameters, read the way the exchange reads them."""

import json
import re
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from reconciliation.venue.binance.history import DEFAULT_LIMIT, Page
from reconciliation.venue.errors import ExchangeError, missing
from reconciliation.venue.records import CLIENT_ORDER_ID, OrderRequest, OrderType, Side, TimeInForce
from reconciliation.venue.symbols import ORDER_TYPES, Symbol, symbol_named

BATCH_SIZE: Final = 10

_INTEGER: Final = re.compile(r"\d{1,19}")
_DECIMAL: Final = re.compile(r"\d{1,20}(\.\d{1,20})?")


class Params:
    """Typed access to parameters; what is missing or malformed raises the exchange's error.

    Args:
        values: names and decoded values, as they came.
    """

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values

    def text(self, name: str) -> str | None:
        """A parameter, or None when absent or empty."""
        return self._values.get(name) or None

    def required(self, name: str) -> str:
        """A parameter the call needs."""
        value = self.text(name)
        if value is None:
            raise missing(name)
        return value

    def integer(self, name: str) -> int | None:
        """A whole number, or None when absent."""
        value = self.text(name)
        if value is None:
            return None
        if not _INTEGER.fullmatch(value):
            raise ExchangeError(-1100, f"Illegal characters found in parameter '{name}'.")
        return int(value)

    def required_integer(self, name: str) -> int:
        """A whole number the call needs."""
        self.required(name)
        value = self.integer(name)
        if value is None:  # required() above leaves no such case
            raise missing(name)
        return value

    def decimal(self, name: str) -> Decimal:
        """A plain non-negative decimal number the call needs."""
        value = self.required(name)
        if not _DECIMAL.fullmatch(value):
            raise ExchangeError(-1100, f"Illegal characters found in parameter '{name}'.")
        return Decimal(value)

    def flag(self, name: str) -> bool:
        """A truth value, false when absent; the adapter writes Python's `True`."""
        value = (self.text(name) or "false").lower()
        if value not in {"true", "false"}:
            raise ExchangeError(-1130, f"Data sent for parameter '{name}' is not valid.")
        return value == "true"

    def choice[E: StrEnum](self, name: str, kind: type[E], code: int) -> E:
        """One of a closed set of words; another is answered with that code."""
        value = self.required(name)
        try:
            return kind(value)
        except ValueError:
            raise ExchangeError(code, f"Invalid {name}.") from None

    def symbol(self) -> Symbol:
        """The symbol the call needs."""
        return symbol_named(self.required("symbol"))

    def optional_symbol(self) -> str | None:
        """The symbol's name, or None when the call is for all."""
        return None if self.text("symbol") is None else self.symbol().name

    def page(self, from_id: str) -> Page:
        """The window of a history call, whose id parameter has that name."""
        limit = self.integer("limit")
        return Page(
            from_id=self.integer(from_id),
            start_ms=self.integer("startTime"),
            end_ms=self.integer("endTime"),
            limit=DEFAULT_LIMIT if limit is None else limit,
        )

    def batch(self) -> list[dict[str, Any]]:
        """The orders a batch cancel names, as keyword arguments for `Ledger.find`."""
        by_client_id, by_id = self.text("origClientOrderIdList"), self.text("orderIdList")
        key, raw = ("client_order_id", by_client_id) if by_client_id else ("order_id", by_id)
        try:
            ids = json.loads(raw or "")
        except ValueError:
            raise missing("origClientOrderIdList") from None
        kind = str if by_client_id else int
        if not isinstance(ids, list) or not ids or not all(isinstance(value, kind) for value in ids):
            raise missing("origClientOrderIdList")
        if len(ids) > BATCH_SIZE:
            raise ExchangeError(-4032, "Exceed maximum cancel order size.")
        return [{key: value} for value in ids]

    def new_order(self, generated_id: str) -> OrderRequest:
        """The order a POST asks for.

        Args:
            generated_id: the client order id it gets when it brings none.
        """
        symbol = self.symbol()
        side = self.choice("side", Side, -1117)
        if self.required("type") in set(ORDER_TYPES) - set(OrderType):
            raise ExchangeError(
                -4120,
                "Order type not supported for this endpoint. Please use the Algo Order API endpoints instead.",
            )
        kind = self.choice("type", OrderType, -1116)
        if self.text("positionSide") not in {None, "BOTH"}:
            raise ExchangeError(-4061, "Order's position side does not match user's setting.")
        client_order_id = self.text("newClientOrderId") or generated_id
        if not CLIENT_ORDER_ID.fullmatch(client_order_id):
            raise ExchangeError(-4015, "Client order id is not valid.")
        limit = kind is OrderType.LIMIT
        if not limit and self.text("price") is not None:
            raise ExchangeError(-1106, "Parameter 'price' sent when not required.")
        return OrderRequest(
            client_order_id=client_order_id,
            symbol=symbol.name,
            side=side,
            type=kind,
            time_in_force=self.choice("timeInForce", TimeInForce, -1115) if limit else TimeInForce.GTC,
            quantity=self.decimal("quantity"),
            price=self.decimal("price") if limit else Decimal(0),
            reduce_only=self.flag("reduceOnly"),
            good_till_ms=(self.integer("goodTillDate") or 0) if limit else 0,
        )
