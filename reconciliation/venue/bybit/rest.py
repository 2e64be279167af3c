"""The REST calls: which there are, and what each answers."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from itertools import chain
from typing import Any, Final

from reconciliation.venue.bybit.descriptions import account_json, api_key_json, fees_json, instrument_json
from reconciliation.venue.bybit.orders import Orders
from reconciliation.venue.bybit.pages import fills_page, orders_page, window_of
from reconciliation.venue.bybit.params import Params
from reconciliation.venue.bybit.refusals import Refusal
from reconciliation.venue.bybit.shapes import execution_json, order_json, position_json, wallet_json
from reconciliation.venue.credentials import KeyPair
from reconciliation.venue.figures import unrealized
from reconciliation.venue.ledger import Ledger
from reconciliation.venue.records import Fill, Order
from reconciliation.venue.symbols import QUOTE, SYMBOLS

MOST_LEVERAGE: Final = 100
RECENTLY_CLOSED: Final = 500
"""So many closed orders `order/realtime` still knows by their id."""

type Answers = dict[str, Callable[[Params], Any]]


class RestApi:
    """The REST side of the exchange; an answer is the `result` of what goes over the wire.

    Args:
        ledger: the truth that the calls read.
        keys: the account's key pair.
        orders: what changes it.

    Attributes:
        public: the calls that prove nothing, by their name.
        signed: those that must.
    """

    def __init__(self, ledger: Ledger, keys: KeyPair, orders: Orders) -> None:
        self._ledger = ledger
        self._keys = keys
        self.public: Answers = {
            "GET /v5/market/time": self._time,
            "GET /v5/market/instruments-info": self._instruments,
        }
        self.signed: Answers = {
            "GET /v5/account/fee-rate": self._fees,
            "GET /v5/account/wallet-balance": self._wallet,
            "GET /v5/account/info": lambda _: account_json(ledger.now_ms()),
            "GET /v5/user/query-api": lambda _: api_key_json(keys),
            "GET /v5/position/list": self._positions,
            "POST /v5/position/set-leverage": self._set_leverage,
            "POST /v5/position/switch-mode": self._switch_mode,
            "GET /v5/order/realtime": self._open_orders,
            "GET /v5/order/history": self._closed_orders,
            "GET /v5/execution/list": self._executions,
            "POST /v5/order/create": orders.create,
            "POST /v5/order/amend": orders.amend,
            "POST /v5/order/cancel": orders.cancel,
            "POST /v5/order/cancel-all": orders.cancel_all,
        }

    # What is there

    def _time(self, _: Params) -> dict[str, str]:
        now_ms = self._ledger.now_ms()
        return {"timeSecond": str(now_ms // 1_000), "timeNano": str(now_ms * 1_000_000)}

    def _instruments(self, params: Params) -> dict[str, Any]:
        wanted = params.optional_symbol() if params.is_linear else ""
        found = [instrument_json(symbol) for name, symbol in SYMBOLS.items() if wanted in {None, name}]
        return _list_of(params, found)

    def _fees(self, params: Params) -> dict[str, Any]:
        return {"list": fees_json(params.optional_symbol()) if params.is_linear else []}

    # The account

    def _wallet(self, params: Params) -> dict[str, Any]:
        if params.required("accountType") != "UNIFIED":
            raise Refusal(10001, "accountType only support UNIFIED.")
        profit = sum(map(unrealized, self._ledger.positions.values()), Decimal(0))
        return {"list": [wallet_json(self._ledger.wallet, profit)]}

    def _positions(self, params: Params) -> dict[str, Any]:
        """A symbol's position, flat or not; all that are not flat, where a settlement coin is named."""
        symbol = params.optional_symbol()
        _check_scope(params)
        found = [
            position_json(position, self._ledger.leverages[name])
            for name, position in self._ledger.positions.items()
            if _is_served(params) and (name == symbol or (symbol is None and position.quantity))
        ]
        return _list_of(params, found)

    def _set_leverage(self, params: Params) -> dict[str, Any]:
        symbol, leverage = params.symbol(), int(params.decimal("buyLeverage") or 0)
        if not 1 <= leverage <= MOST_LEVERAGE:
            raise Refusal(10001, "leverage invalid")
        if leverage == self._ledger.leverages[symbol]:
            raise Refusal(110043, "leverage not modified")
        self._ledger.set_leverage(symbol, leverage)
        return {}

    def _switch_mode(self, params: Params) -> dict[str, Any]:
        """Refuse: the account is in one-way mode, and stays so."""
        if params.required("mode") == "0":
            raise Refusal(110025, "Position mode is not modified")
        raise Refusal(10001, "only one-way mode is served here")

    # Orders and trades

    def _open_orders(self, params: Params) -> dict[str, Any]:
        """Open orders; by its id also one that closed not long ago."""
        if ids := params.order_ids():
            order = self._ledger.find(**ids)
            newest = self._ledger.next_order_id - RECENTLY_CLOSED
            found = [order] if order and (order.is_open or order.order_id >= newest) else []
        else:
            _check_scope(params)
            found = self._ledger.open_orders()
        return self._orders(found, params)

    def _closed_orders(self, params: Params) -> dict[str, Any]:
        """Closed orders, of a window of time where none is named by its id."""
        start_ms, end_ms = window_of(params, self._ledger.now_ms())
        if ids := params.order_ids():
            order = self._ledger.find(**ids)
            found = [order] if order else []
        else:
            found = [order for order in self._ledger.orders.values() if start_ms <= order.time_ms <= end_ms]
        return self._orders((order for order in found if not order.is_open), params)

    def _orders(self, found: Iterable[Order], params: Params) -> dict[str, Any]:
        wanted = params.optional_symbol()
        served = _is_served(params) and params.text("orderFilter") in {"", "Order"}
        rows, cursor = orders_page((order for order in found if served and wanted in {None, order.symbol}), params)
        return _list_of(params, [order_json(order) for order in rows], cursor)

    def _executions(self, params: Params) -> dict[str, Any]:
        """Trades, of a window of time or of an order."""
        wanted = params.optional_symbol()
        start_ms, end_ms = window_of(params, self._ledger.now_ms())
        found: Iterable[Fill] = chain.from_iterable(self._ledger.fills.values())
        if ids := params.order_ids():
            order = self._ledger.find(**ids)
            found = (fill for fill in found if order is not None and fill.order_id == order.order_id)
        else:
            found = (fill for fill in found if start_ms <= fill.time_ms <= end_ms)
        served = _is_served(params)
        rows, cursor = fills_page((fill for fill in found if served and wanted in {None, fill.symbol}), params)
        told = [execution_json(fill, self._ledger.orders[fill.order_id]) for fill in rows]
        return _list_of(params, told, cursor)


def _is_served(params: Params) -> bool:
    """Whether anything of the account is of a call's category and settlement coin."""
    return params.is_linear and params.text("settleCoin") in {"", QUOTE}


def _check_scope(params: Params) -> None:
    """Raise 10001 where a linear list is asked for without saying of what."""
    if params.is_linear and not any(map(params.text, ("symbol", "settleCoin", "baseCoin"))):
        raise Refusal(10001, "Missing some parameters that must be filled in, symbol or settleCoin or baseCoin")


def _list_of(params: Params, rows: list[Any], cursor: str = "") -> dict[str, Any]:
    return {"category": params.text("category"), "list": rows, "nextPageCursor": cursor}
