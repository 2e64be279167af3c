"""The REST calls: which there are, what each must prove, and what it answers."""

from collections.abc import Callable, Mapping
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, Final

from msgspec import Struct

from reconciliation.venue.binance.history import orders_page, trades_page
from reconciliation.venue.binance.params import Params
from reconciliation.venue.binance.shapes import account_json, order_json, position_risk_json, trade_json
from reconciliation.venue.binance.user_stream import KeyedStream
from reconciliation.venue.credentials import DEFAULT_RECV_WINDOW_MS, KeyPair, check_timestamp
from reconciliation.venue.errors import ExchangeError, missing, no_such_order, unknown_order
from reconciliation.venue.ledger import MAKER_RATE, TAKER_RATE, Ledger
from reconciliation.venue.records import Event, Order, Position
from reconciliation.venue.stream import UserStream
from reconciliation.venue.symbols import exchange_info
from reconciliation.venue.wire import query_values

MAX_LEVERAGE: Final = 125

_Calls = dict[str, Callable[[Params], Any]]


class Security(Enum):
    """What a call must prove: nothing, the API key, or the key and a signature over its query."""

    PUBLIC = auto()
    KEY = auto()
    SIGNED = auto()


class Endpoint(Struct, frozen=True):
    """One call: what it must prove and what answers it."""

    security: Security
    answer: Callable[[Params], Any]


class RestApi:
    """The REST side of the exchange.

    Args:
        ledger: the truth the calls read and change.
        keys: the account's key pair.
        stream: told what the calls change.
        user_stream: whose key they open and close.

    Attributes:
        endpoints: every call by its name, `GET /fapi/v1/openOrders`.
    """

    def __init__(self, ledger: Ledger, keys: KeyPair, stream: UserStream, user_stream: KeyedStream) -> None:
        self._ledger = ledger
        self._keys = keys
        self._stream = stream
        self._user_stream = user_stream
        self.endpoints = self._table()

    def call(self, name: str, query: str, api_key: str | None) -> Any:
        """Carry out one call.

        Args:
            name: method and path, `GET /fapi/v1/openOrders`.
            query: the raw query string, signature included.
            api_key: the X-MBX-APIKEY header.

        Returns:
            The JSON answer.

        Raises:
            ExchangeError: the call is refused.
        """
        endpoint = self.endpoints.get(name)
        if endpoint is None:
            raise ExchangeError(-5000, f"Path {name} is invalid", HTTPStatus.NOT_FOUND)
        params = Params(query_values(query))
        if endpoint.security is not Security.PUBLIC:
            self._keys.check_key(api_key)
        if endpoint.security is Security.SIGNED:
            timestamp = params.required_integer("timestamp")
            self._keys.check_signature(query)
            window = params.integer("recvWindow")
            check_timestamp(timestamp, DEFAULT_RECV_WINDOW_MS if window is None else window, self._ledger.now_ms())
        return endpoint.answer(params)

    def _table(self) -> dict[str, Endpoint]:
        public: _Calls = {
            "GET /fapi/v1/ping": lambda _: {},
            "GET /fapi/v1/time": lambda _: {"serverTime": self._ledger.now_ms()},
            "GET /fapi/v1/exchangeInfo": lambda _: exchange_info(self._ledger.now_ms()),
        }
        keyed: _Calls = {
            "POST /fapi/v1/listenKey": self._open_listen_key,
            "PUT /fapi/v1/listenKey": self._keep_listen_key,
            "DELETE /fapi/v1/listenKey": self._close_listen_key,
        }
        signed: _Calls = {
            "GET /fapi/v2/account": lambda _: account_json(self._ledger),
            "GET /fapi/v3/account": lambda _: account_json(self._ledger),
            "GET /fapi/v1/symbolConfig": self._symbol_config,
            "GET /fapi/v1/commissionRate": self._commission_rate,
            "GET /fapi/v1/positionSide/dual": lambda _: {"dualSidePosition": False},
            "POST /fapi/v1/leverage": self._set_leverage,
            "POST /fapi/v1/marginType": self._set_margin_type,
            "GET /fapi/v2/positionRisk": self._all_position_risk,
            "GET /fapi/v3/positionRisk": self._active_position_risk,
            "GET /fapi/v1/openOrders": self._open_orders,
            "GET /fapi/v1/allOrders": self._all_orders,
            "GET /fapi/v1/userTrades": self._user_trades,
            "GET /fapi/v1/order": self._query_order,
            "POST /fapi/v1/order": self._new_order,
            "PUT /fapi/v1/order": self._amend_order,
            "DELETE /fapi/v1/order": self._cancel_order,
            "DELETE /fapi/v1/batchOrders": self._cancel_batch,
            "DELETE /fapi/v1/allOpenOrders": self._cancel_all,
            # No conditional order ever reaches the algo API, so there are none to tell of.
            "GET /fapi/v1/openAlgoOrders": lambda _: [],
            "GET /fapi/v1/allAlgoOrders": self._all_algo_orders,
            "GET /fapi/v1/algoOrder": self._query_algo_order,
            "DELETE /fapi/v1/algoOrder": self._cancel_algo_order,
        }
        levels = {
            Security.PUBLIC: public,
            Security.KEY: keyed,
            Security.SIGNED: signed,
        }
        return {
            name: Endpoint(security, answer) for security, calls in levels.items() for name, answer in calls.items()
        }

    # The user stream

    def _open_listen_key(self, _: Params) -> dict[str, str]:
        return {"listenKey": self._user_stream.open_key()}

    def _keep_listen_key(self, _: Params) -> dict[str, str]:
        if not self._user_stream.key_lives:
            raise ExchangeError(-1125, "This listenKey does not exist.")
        return {"listenKey": self._user_stream.open_key()}

    def _close_listen_key(self, _: Params) -> dict[str, str]:
        self._user_stream.close_key()
        return {}

    # The account

    def _symbol_config(self, params: Params) -> list[dict[str, Any]]:
        wanted = params.optional_symbol()
        return [
            {
                "symbol": name,
                "marginType": "CROSSED",
                "isAutoAddMargin": False,
                "leverage": leverage,
                "maxNotionalValue": "100000000",
            }
            for name, leverage in self._ledger.leverages.items()
            if wanted in {None, name}
        ]

    def _commission_rate(self, params: Params) -> dict[str, str]:
        return {
            "symbol": params.symbol().name,
            "makerCommissionRate": str(MAKER_RATE),
            "takerCommissionRate": str(TAKER_RATE),
        }

    def _set_leverage(self, params: Params) -> dict[str, Any]:
        symbol = params.symbol().name
        leverage = params.required_integer("leverage")
        if not 1 <= leverage <= MAX_LEVERAGE:
            raise ExchangeError(-4028, f"Leverage {leverage} is not valid")
        self._ledger.set_leverage(symbol, leverage)
        return {"symbol": symbol, "leverage": leverage, "maxNotionalValue": "100000000"}

    def _set_margin_type(self, params: Params) -> dict[str, Any]:
        params.symbol()
        if params.required("marginType") == "CROSSED":
            raise ExchangeError(-4046, "No need to change margin type.")
        raise ExchangeError(-1020, "This operation is not supported.")

    def _all_position_risk(self, params: Params) -> list[dict[str, Any]]:
        return [position_risk_json(self._ledger, position) for position in self._positions(params)]

    def _active_position_risk(self, params: Params) -> list[dict[str, Any]]:
        """v3 leaves out the symbols that have neither a position nor an open order."""
        ordered = {order.symbol for order in self._ledger.open_orders()}
        return [
            position_risk_json(self._ledger, position)
            for position in self._positions(params)
            if position.quantity or position.symbol in ordered
        ]

    def _positions(self, params: Params) -> list[Position]:
        wanted = params.optional_symbol()
        return [position for name, position in self._ledger.positions.items() if wanted in {None, name}]

    # Orders

    def _open_orders(self, params: Params) -> list[Mapping[str, Any]]:
        return [order_json(order) for order in self._ledger.open_orders(params.optional_symbol())]

    def _all_orders(self, params: Params) -> list[Mapping[str, Any]]:
        found = orders_page(self._ledger, params.symbol().name, params.page("orderId"))
        return [order_json(order) for order in found]

    def _user_trades(self, params: Params) -> list[dict[str, Any]]:
        symbol, page = params.symbol().name, params.page("fromId")
        found = trades_page(self._ledger, symbol, page, params.integer("orderId"))
        return [trade_json(fill) for fill in found]

    def _query_order(self, params: Params) -> Mapping[str, Any]:
        order = self._named(params)
        if order is None:
            raise no_such_order()
        return order_json(order)

    def _new_order(self, params: Params) -> Mapping[str, Any]:
        events = self._ledger.place(params.new_order(f"auto_{self._ledger.next_order_id}"))
        self._stream.tell(events)
        # A plain acknowledgement tells the order as accepted, before any match.
        told = events[-1] if params.text("newOrderRespType") == "RESULT" else events[0]
        return order_json(told.order)

    def _amend_order(self, params: Params) -> Mapping[str, Any]:
        params.required("side")
        quantity, price = params.decimal("quantity"), params.decimal("price")
        return self._changed(self._ledger.amend(self._named(params), quantity, price))

    def _cancel_order(self, params: Params) -> Mapping[str, Any]:
        return self._changed(self._ledger.cancel(self._named(params)))

    def _cancel_batch(self, params: Params) -> list[Mapping[str, Any]]:
        symbol = params.symbol().name
        answers: list[Mapping[str, Any]] = []
        for named in params.batch():
            try:
                events = self._ledger.cancel(self._ledger.find(**named, symbol=symbol))
            except ExchangeError as error:
                answers.append({"code": error.code, "msg": error.message})
            else:
                answers.append(self._changed(events))
        return answers

    def _cancel_all(self, params: Params) -> dict[str, Any]:
        for order in self._ledger.open_orders(params.symbol().name):
            self._changed(self._ledger.cancel(order))
        return {"code": 200, "msg": "The operation of cancel all open order is done."}

    def _all_algo_orders(self, params: Params) -> list[dict[str, Any]]:
        params.symbol()
        return []

    def _query_algo_order(self, _: Params) -> dict[str, Any]:
        raise no_such_order()

    def _cancel_algo_order(self, _: Params) -> dict[str, Any]:
        raise unknown_order()

    def _named(self, params: Params) -> Order | None:
        """The order a call names by either id; the exchange's own id wins."""
        symbol = params.symbol().name
        order_id, client_order_id = params.integer("orderId"), params.text("origClientOrderId")
        if order_id is None and client_order_id is None:
            raise missing("origClientOrderId")
        return self._ledger.find(order_id=order_id, client_order_id=client_order_id, symbol=symbol)

    def _changed(self, events: list[Event]) -> Mapping[str, Any]:
        """Tell the stream, and answer with the order as it then stands."""
        self._stream.tell(events)
        return order_json(events[-1].order)
