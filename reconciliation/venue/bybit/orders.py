"""Orders placed, amended and cancelled: by REST calls and on the trade socket alike."""

from decimal import Decimal
from typing import Any

from reconciliation.venue.bybit.params import LINEAR, Params
from reconciliation.venue.bybit.refusals import WOULD_TAKE, Refusal, no_such_order, refusal_of, wrong_parameter
from reconciliation.venue.errors import ExchangeError
from reconciliation.venue.ledger import Ledger
from reconciliation.venue.records import Event, Order
from reconciliation.venue.stream import UserStream


class Orders:
    """Changes the ledger, and has the stream tell of it. Each call raises Refusal when it is refused.

    Args:
        ledger: the truth.
        stream: told what happens.
    """

    def __init__(self, ledger: Ledger, stream: UserStream) -> None:
        self._ledger = ledger
        self._stream = stream

    def create(self, params: Params) -> dict[str, str]:
        """Place an order.

        One that is post-only and would trade is taken, and cancelled at once.
        """
        _check_category(params)
        request = params.new_order(f"auto_{self._ledger.next_order_id}")
        try:
            events = self._ledger.place(request)
        except ExchangeError as error:
            if error.code != WOULD_TAKE:
                raise refusal_of(error) from None
            events = self._ledger.pass_over(request)
        return self._told(events)

    def amend(self, params: Params) -> dict[str, str]:
        """Give an open order another quantity, another price or both."""
        order = self._named(params)
        quantity, price = params.decimal("qty"), params.decimal("price")
        try:
            events = self._ledger.amend(order, _or(quantity, order.quantity), _or(price, order.price))
        except ExchangeError as error:
            raise refusal_of(error) from None
        return self._told(events)

    def cancel(self, params: Params) -> dict[str, str]:
        """Cancel an open order."""
        order = self._named(params)
        try:
            return self._told(self._ledger.cancel(order))
        except ExchangeError as error:
            raise refusal_of(error) from None

    def cancel_all(self, params: Params) -> dict[str, Any]:
        """Cancel every open order, of a symbol or of a settlement coin."""
        if not params.is_linear:
            return {"list": [], "success": "1"}
        symbol = params.optional_symbol()
        if symbol is None and not params.text("settleCoin"):
            raise Refusal(10001, "symbol, settleCoin or baseCoin is needed")
        told = [self._told(self._ledger.cancel(order)) for order in self._ledger.open_orders(symbol)]
        return {"list": told, "success": "1"}

    def _named(self, params: Params) -> Order:
        _check_category(params)
        ids = params.order_ids()
        if ids is None:
            raise wrong_parameter("orderId")
        order = self._ledger.find(**ids, symbol=params.symbol())
        if order is None:
            raise no_such_order()
        return order

    def _told(self, events: list[Event]) -> dict[str, str]:
        self._stream.tell(events)
        order = events[-1].order
        return {"orderId": str(order.order_id), "orderLinkId": order.client_order_id}


def _check_category(params: Params) -> None:
    if not params.is_linear:
        raise Refusal(10001, f"only category {LINEAR} is served here")


def _or(given: Decimal | None, standing: Decimal) -> Decimal:
    return standing if given is None else given
