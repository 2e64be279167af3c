"""The Bybit wire's REST calls, without a network: what each must prove, what it answers, how lists are paged."""

import json
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from venue_client import NOW_MS, Clock

from reconciliation.venue.bybit.pages import WINDOW_MS
from reconciliation.venue.credentials import KeyPair
from reconciliation.venue.exchange import Exchange
from reconciliation.venue.seeding import seed

LIMIT = {
    "category": "linear",
    "symbol": "BTCUSDT",
    "side": "Buy",
    "orderType": "Limit",
    "qty": "0.010",
    "price": "90000.0",
    "timeInForce": "GTC",
    "orderLinkId": "O-1",
}
MARKET = LIMIT | {"orderType": "Market", "price": None, "orderLinkId": "O-2"}
LINEAR = {"category": "linear", "settleCoin": "USDT"}


class Caller:
    """Signed calls; what comes back is the answer's whole envelope."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.keys = KeyPair.generate()
        self.exchange = Exchange(self.clock, self.keys)
        self.ledger = self.exchange.ledger

    def signed(self, payload: str, *, key: str = "", stamp: int | None = None, secret: str = "") -> dict[str, str]:
        """The headers of a call."""
        key, stamp = key or self.keys.api_key, self.clock.now_ms if stamp is None else stamp
        keys = KeyPair(key, secret or self.keys.api_secret)
        return {
            "X-BAPI-API-KEY": key,
            "X-BAPI-TIMESTAMP": str(stamp),
            "X-BAPI-RECV-WINDOW": "5000",
            "X-BAPI-SIGN": keys.sign(f"{stamp}{key}5000{payload}"),
        }

    def envelope(self, name: str, params: dict[str, Any], **proof: Any) -> dict[str, Any]:
        method, _, path = name.partition(" ")
        given = {key: value for key, value in params.items() if value is not None}
        text = urlencode(given) if method == "GET" else json.dumps(given)
        target, body = (f"{path}?{text}", b"") if method == "GET" else (path, text.encode())
        answer = self.exchange.receive(method, target, self.signed(text, **proof), body).answer()
        assert answer is not None
        assert answer.status == 200
        told: dict[str, Any] = json.loads(answer.body)
        return told

    def __call__(self, name: str, **params: Any) -> Any:
        told = self.envelope(name, params)
        assert told["retCode"] == 0, told
        return told["result"]

    def refusal(self, name: str, **params: Any) -> int:
        """The retCode of a refusal."""
        code: int = self.envelope(name, params)["retCode"]
        assert code
        return code

    def listed(self, name: str, key: str, **params: Any) -> list[Any]:
        """One field of every row of a list, from page to page."""
        found: list[Any] = []
        cursor = ""
        while True:
            told = self(name, **params, **({"cursor": cursor} if cursor else {}))
            found += [row[key] for row in told["list"]]
            if not (cursor := told["nextPageCursor"]):
                return found


@pytest.fixture
def call() -> Caller:
    return Caller()


@pytest.mark.parametrize(
    ("proof", "code"),
    [
        ({"key": "f" * 64}, 10003),
        ({"secret": "f" * 64}, 10004),
        ({"stamp": NOW_MS - 5_001}, 10002),
        ({"stamp": NOW_MS + 1_000}, 10002),
    ],
)
def test_a_call_proves_whose_it_is_and_when(call: Caller, proof: dict[str, Any], code: int) -> None:
    for name in ("GET /v5/account/info", "POST /v5/order/cancel-all"):
        assert call.envelope(name, {}, **proof)["retCode"] == code
    assert call.envelope("GET /v5/account/info", {}, stamp=NOW_MS - 5_000)["retCode"] == 0
    assert call.envelope("GET /v5/market/time", {}, **proof)["retCode"] == 0, "what is public proves nothing"


def test_the_signature_covers_query_and_body(call: Caller) -> None:
    headers = call.signed("category=linear&settleCoin=USDT")
    for target in ("/v5/position/list?category=linear&settleCoin=USDC", "/v5/position/list"):
        answer = call.exchange.receive("GET", target, headers).answer()
        assert answer is not None
        assert json.loads(answer.body)["retCode"] == 10004
    headers = call.signed(json.dumps(LIMIT))
    answer = call.exchange.receive("POST", "/v5/order/create", headers, json.dumps(MARKET).encode()).answer()
    assert answer is not None
    assert json.loads(answer.body)["retCode"] == 10004
    assert call.ledger.orders == {}


def test_a_path_that_there_is_not(call: Caller) -> None:
    answer = call.exchange.receive("GET", "/v5/nothing", {}).answer()
    assert answer is not None
    assert answer.status == 404


def test_an_order_rests_trades_and_is_told_by_either_id(call: Caller) -> None:
    made = call("POST /v5/order/create", **LIMIT)
    assert made["orderLinkId"] == "O-1"
    (order,) = call("GET /v5/order/realtime", **LINEAR)["list"]
    assert (order["orderId"], order["orderStatus"], order["leavesQty"]) == (made["orderId"], "New", "0.010")
    assert call("GET /v5/order/history", **LINEAR)["list"] == []
    call.ledger.fill(call.ledger.open_orders()[0], Decimal("0.004"))
    (order,) = call("GET /v5/order/realtime", category="linear", symbol="BTCUSDT", orderLinkId="O-1")["list"]
    assert (order["orderStatus"], order["cumExecQty"], order["avgPrice"]) == (
        "PartiallyFilled",
        "0.004",
        "90000.00000000",
    )
    call.ledger.fill(call.ledger.open_orders()[0])
    assert call("GET /v5/order/realtime", **LINEAR)["list"] == []
    for name in ("realtime", "history"):
        by_id = call(f"GET /v5/order/{name}", category="linear", orderId=made["orderId"])["list"]
        assert [row["orderStatus"] for row in by_id] == ["Filled"]
    told = call("GET /v5/execution/list", category="linear", orderId=made["orderId"])["list"]
    assert [(row["execQty"], row["leavesQty"], row["isMaker"]) for row in told] == [
        ("0.006", "0.000", True),
        ("0.004", "0.000", True),
    ]


def test_an_order_is_amended_and_cancelled(call: Caller) -> None:
    call("POST /v5/order/create", **LIMIT)
    named = {"category": "linear", "symbol": "BTCUSDT", "orderLinkId": "O-1"}
    call("POST /v5/order/amend", **named, qty="0.020")
    (order,) = call("GET /v5/order/realtime", **LINEAR)["list"]
    assert (order["qty"], order["price"]) == ("0.020", "90000.00")
    assert call.refusal("POST /v5/order/amend", **named, qty="0.020") == 10001
    call("POST /v5/order/cancel", **named)
    assert call.refusal("POST /v5/order/cancel", **named) == 110001
    assert call.refusal("POST /v5/order/amend", **named, qty="0.030") == 110001
    (order,) = call("GET /v5/order/history", **LINEAR)["list"]
    assert (order["orderStatus"], order["cancelType"], order["leavesQty"]) == ("Cancelled", "CancelByUser", "0.000")


def test_all_orders_of_a_symbol_are_cancelled(call: Caller) -> None:
    seed(call.ledger, "BTCUSDT", fills=0, open_orders=3, net=Decimal(0))
    seed(call.ledger, "ETHUSDT", fills=0, open_orders=2, net=Decimal(0))
    told = call("POST /v5/order/cancel-all", category="linear", symbol="BTCUSDT")["list"]
    assert len(told) == 3
    assert {order.symbol for order in call.ledger.open_orders()} == {"ETHUSDT"}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"qty": "0"}, 10001),
        ({"qty": "0.0001"}, 10001),
        ({"qty": "ten"}, 10001),
        ({"price": None}, 10001),
        ({"price": "90000.05"}, 10001),
        ({"price": "99999999"}, 110003),
        ({"symbol": "NOUSDT"}, 10001),
        ({"side": "BUY"}, 10001),
        ({"timeInForce": "GTD"}, 10001),
        ({"orderLinkId": "ä"}, 10001),
        ({"category": "spot"}, 10001),
        ({"category": "margin"}, 10001),
        ({"triggerPrice": "80000"}, 10001),
        ({"reduceOnly": True}, 110017),
        ({"qty": "0.001", "price": "1000"}, 110094),
        ({"orderLinkId": "taken"}, 110072),
    ],
)
def test_what_is_refused_leaves_no_trace(call: Caller, changed: dict[str, Any], code: int) -> None:
    call("POST /v5/order/create", **LIMIT | {"orderLinkId": "taken"})
    assert call.refusal("POST /v5/order/create", **LIMIT | changed) == code
    assert [order.client_order_id for order in call.ledger.orders.values()] == ["taken"]


def test_what_may_not_rest_or_may_not_trade_is_cancelled_at_once(call: Caller) -> None:
    call("POST /v5/order/create", **LIMIT | {"timeInForce": "IOC"})
    call("POST /v5/order/create", **LIMIT | {"timeInForce": "PostOnly", "price": "110000.0", "orderLinkId": "O-2"})
    told = call("GET /v5/order/history", **LINEAR)["list"]
    assert [(row["orderLinkId"], row["orderStatus"], row["rejectReason"]) for row in told] == [
        ("O-2", "Cancelled", "EC_PostOnlyWillTakeLiquidity"),
        ("O-1", "Cancelled", "EC_NoImmediateQtyToFill"),
    ]
    assert call.ledger.fills["BTCUSDT"] == []


def test_lists_go_on_where_a_page_ended(call: Caller) -> None:
    seed(call.ledger, "BTCUSDT", fills=60, open_orders=3, net=Decimal("0.5"))
    orders = call.listed("GET /v5/order/history", "orderId", **LINEAR, limit=25)
    assert orders == [str(number) for number in range(8_000_060, 8_000_000, -1)]
    assert len(call("GET /v5/order/history", **LINEAR)["list"]) == 20
    trades = call.listed("GET /v5/execution/list", "execId", category="linear", limit=7)
    assert trades == [str(number) for number in range(1_060, 1_000, -1)]
    first = call("GET /v5/order/realtime", **LINEAR, limit=2)
    call.ledger.cancel(call.ledger.open_orders()[1])  # the last row told: the next page goes on all the same
    rest = call("GET /v5/order/realtime", **LINEAR, limit=2, cursor=first["nextPageCursor"])
    assert [row["orderId"] for row in (*first["list"], *rest["list"])] == ["8000063", "8000062", "8000061"]
    for wrong in ({"limit": 0}, {"limit": 51}, {"cursor": "x"}):
        assert call.refusal("GET /v5/order/history", **LINEAR, **wrong) == 10001


def test_a_window_with_a_start_alone_ends_seven_days_later(call: Caller) -> None:
    """So a start that lies further back tells nothing of today."""
    call("POST /v5/order/create", **MARKET)
    started = call.clock.now_ms
    call.clock.now_ms += WINDOW_MS + 1
    call("POST /v5/order/create", **MARKET | {"orderLinkId": "O-3"})
    for name, key in (("order/history", "orderLinkId"), ("execution/list", "orderLinkId")):
        told = [call.listed(f"GET /v5/{name}", key, **LINEAR, startTime=start) for start in (started, started + 1)]
        assert told == [["O-2"], ["O-3"]]
        assert call.listed(f"GET /v5/{name}", key, **LINEAR) == ["O-3"], "without a window the last seven days"
        assert call.listed(f"GET /v5/{name}", key, category="linear", orderLinkId="O-2") == ["O-2"], "by id, any"
        wide = {"startTime": started, "endTime": started + WINDOW_MS + 1}
        assert call.refusal(f"GET /v5/{name}", **LINEAR, **wide) == 10001


def test_a_flat_position_is_told_of_its_symbol_alone(call: Caller) -> None:
    seed(call.ledger, "BTCUSDT", fills=4, open_orders=0, net=Decimal("-0.5"))
    (position,) = call("GET /v5/position/list", **LINEAR)["list"]
    assert (position["symbol"], position["side"], position["size"]) == ("BTCUSDT", "Sell", "0.500")
    (flat,) = call("GET /v5/position/list", category="linear", symbol="ETHUSDT")["list"]
    assert (flat["side"], flat["size"], flat["avgPrice"]) == ("", "0.000", "0")
    assert call("GET /v5/position/list", category="linear", settleCoin="USDC")["list"] == []
    assert call.refusal("GET /v5/position/list", category="linear") == 10001


def test_of_other_categories_and_coins_there_is_nothing(call: Caller) -> None:
    seed(call.ledger, "BTCUSDT", fills=4, open_orders=2, net=Decimal("0.5"))
    for asked in ({"category": "inverse"}, {"category": "linear", "settleCoin": "USDC"}):
        for name in ("order/realtime", "order/history", "execution/list", "position/list"):
            assert call(f"GET /v5/{name}", **asked)["list"] == []
    assert call("GET /v5/order/realtime", **LINEAR, orderFilter="StopOrder")["list"] == []
    assert call("GET /v5/market/instruments-info", category="spot")["list"] == []
    assert len(call("GET /v5/market/instruments-info", category="linear")["list"]) == 20
    (one,) = call("GET /v5/account/fee-rate", category="linear", symbol="BTCUSDT")["list"]
    assert (one["makerFeeRate"], one["takerFeeRate"]) == ("0.0002", "0.0005")


def test_the_wallet_is_that_of_a_unified_account(call: Caller) -> None:
    (account,) = call("GET /v5/account/wallet-balance", accountType="UNIFIED")["list"]
    assert account["coin"][0]["walletBalance"] == "1000000.00000000"
    assert call.refusal("GET /v5/account/wallet-balance", accountType="SPOT") == 10001
    assert call("GET /v5/user/query-api")["apiKey"] == call.keys.api_key


def test_leverage_is_noted_and_the_mode_stays(call: Caller) -> None:
    chosen = {"category": "linear", "symbol": "BTCUSDT", "buyLeverage": "5", "sellLeverage": "5"}
    call("POST /v5/position/set-leverage", **chosen)
    assert call.ledger.leverages["BTCUSDT"] == 5
    assert call.refusal("POST /v5/position/set-leverage", **chosen) == 110043
    assert call.refusal("POST /v5/position/switch-mode", category="linear", symbol="BTCUSDT", mode=0) == 110025
    assert call.refusal("POST /v5/position/switch-mode", category="linear", symbol="BTCUSDT", mode=3) == 10001


def test_a_fault_is_meant_for_a_call_of_this_wire(call: Caller) -> None:
    control = call.exchange.control
    control.call("POST", "faults", b'{"call": "GET /v5/order/realtime", "status": 503, "times": 1}')
    answer = call.exchange.receive("GET", "/v5/order/realtime?category=linear&settleCoin=USDT", {}).answer()
    assert answer is not None
    assert answer.status == 503
    (logged,) = control.call("GET", "requests")
    assert logged["params"] == LINEAR
    assert (logged["status"], logged["fault"]) == (503, True)
