from decimal import Decimal
from typing import Any

import pytest
from venue_client import NOW_MS, Clock, signed_query

from reconciliation.venue.binance.rest import RestApi
from reconciliation.venue.binance.user_stream import KeyedStream
from reconciliation.venue.credentials import KeyPair
from reconciliation.venue.errors import ExchangeError
from reconciliation.venue.ledger import Ledger
from reconciliation.venue.seeding import seed
from reconciliation.venue.state import VenueState
from reconciliation.venue.stream import UserStream
from reconciliation.venue.symbols import SYMBOLS

LIMIT = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.010",
    "price": "90000.00",
    "newClientOrderId": "O-1",
    "reduceOnly": "False",
}
MARKET = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.010"}


class Caller:
    """REST calls without a network."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.ledger = Ledger(self.clock)
        self.keys = KeyPair.generate()
        state = VenueState(self.clock)
        stream = UserStream(state)
        self.api = RestApi(self.ledger, self.keys, stream, KeyedStream(stream, self.keys, state))

    def __call__(self, name: str, **params: object) -> Any:
        query = signed_query(self.keys, self.clock.now_ms, **params)
        return self.api.call(name, query, self.keys.api_key)

    def refusal(self, name: str, **params: object) -> tuple[int, int]:
        with pytest.raises(ExchangeError) as refusal:
            self(name, **params)
        return refusal.value.code, refusal.value.status


@pytest.fixture
def call() -> Caller:
    return Caller()


def test_the_signature_covers_the_query_before_it(call: Caller) -> None:
    query = signed_query(call.keys, NOW_MS, symbol="BTCUSDT")
    assert call.api.call("GET /fapi/v1/openOrders", query, call.keys.api_key) == []
    for wrong in (query.replace("BTC", "ETH"), query[:-1], query.replace("signature=", "signature=0")):
        with pytest.raises(ExchangeError) as refusal:
            call.api.call("GET /fapi/v1/openOrders", wrong, call.keys.api_key)
        assert (refusal.value.code, refusal.value.status) == (-1022, 400)


@pytest.mark.parametrize("key", [None, "", "somebody else's"])
def test_a_foreign_key_is_refused_with_401(call: Caller, key: str | None) -> None:
    for name in ("GET /fapi/v2/account", "POST /fapi/v1/listenKey"):
        with pytest.raises(ExchangeError) as refusal:
            call.api.call(name, signed_query(call.keys, NOW_MS), key)
        assert (refusal.value.code, refusal.value.status) == (-2015, 401)


@pytest.mark.parametrize(
    ("stamp", "window", "code"),
    [
        (NOW_MS - 5_001, "", -1021),
        (NOW_MS + 1_001, "", -1021),
        (NOW_MS - 5_001, "&recvWindow=6000", None),
        (NOW_MS, "&recvWindow=60001", -1131),
    ],
)
def test_the_receive_window(call: Caller, stamp: int, window: str, code: int | None) -> None:
    query = f"timestamp={stamp}{window}"
    signed = f"{query}&signature={call.keys.sign(query)}"
    if code is None:
        assert call.api.call("GET /fapi/v2/account", signed, call.keys.api_key)
        return
    with pytest.raises(ExchangeError) as refusal:
        call.api.call("GET /fapi/v2/account", signed, call.keys.api_key)
    assert refusal.value.code == code


def test_public_calls_need_nothing(call: Caller) -> None:
    info = call.api.call("GET /fapi/v1/exchangeInfo", "", None)
    assert {symbol["symbol"] for symbol in info["symbols"]} == set(SYMBOLS)
    assert call.api.call("GET /fapi/v1/ping", "", None) == {}
    assert call.api.call("GET /fapi/v1/time", "", None) == {"serverTime": NOW_MS}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"symbol": "NOPE"}, -1121),
        ({"symbol": ""}, -1102),
        ({"quantity": ""}, -1102),
        ({"quantity": "x"}, -1100),
        ({"quantity": "0.0001"}, -1111),
        ({"price": ""}, -1102),
        ({"timeInForce": ""}, -1102),
        ({"timeInForce": "DAY"}, -1115),
        ({"side": "LONG"}, -1117),
        ({"type": "ODD"}, -1116),
        ({"type": "STOP_MARKET"}, -4120),
        ({"type": "MARKET"}, -1106),
        ({"positionSide": "LONG"}, -4061),
        ({"newClientOrderId": "x" * 37}, -4015),
        ({"reduceOnly": "True"}, -2022),
        ({"reduceOnly": "maybe"}, -1130),
        ({"price": "100000.00", "timeInForce": "GTX"}, -5022),
    ],
)
def test_orders_the_exchange_refuses(call: Caller, changes: dict[str, str], code: int) -> None:
    assert call.refusal("POST /fapi/v1/order", **{**LIMIT, **changes}) == (code, 400)
    assert not call.ledger.orders


def test_an_order_through_its_life(call: Caller) -> None:
    made = call("POST /fapi/v1/order", **LIMIT)
    assert (made["status"], made["price"], made["origQty"]) == ("NEW", "90000.00", "0.010")
    assert call.refusal("POST /fapi/v1/order", **LIMIT) == (-4116, 400)
    named = {"symbol": "BTCUSDT", "origClientOrderId": "O-1"}
    assert call("GET /fapi/v1/order", **named)["orderId"] == made["orderId"]
    changes = {"side": "BUY", "quantity": "0.020", "price": "91000.00"}
    assert call("PUT /fapi/v1/order", **named, **changes)["origQty"] == "0.020"
    assert len(call("GET /fapi/v1/openOrders")) == 1
    assert call("DELETE /fapi/v1/order", **named)["status"] == "CANCELED"
    assert call("GET /fapi/v1/openOrders") == []
    assert call.refusal("DELETE /fapi/v1/order", **named) == (-2011, 400)
    assert call.refusal("PUT /fapi/v1/order", **named, **changes) == (-2013, 400)


def test_an_acknowledgement_tells_the_order_before_its_match(call: Caller) -> None:
    assert call("POST /fapi/v1/order", **MARKET)["status"] == "NEW"
    result = call("POST /fapi/v1/order", **MARKET, newOrderRespType="RESULT")
    assert (result["status"], result["avgPrice"]) == ("FILLED", "100000.00000000")
    assert result["clientOrderId"]


def test_what_does_not_exist(call: Caller) -> None:
    assert call.refusal("GET /fapi/v1/order", symbol="BTCUSDT", orderId=1) == (-2013, 400)
    assert call.refusal("GET /fapi/v1/order", symbol="BTCUSDT") == (-1102, 400)
    assert call.refusal("GET /fapi/v1/algoOrder", clientAlgoId="O-1") == (-2013, 400)
    assert call.refusal("DELETE /fapi/v1/order", symbol="BTCUSDT", orderId=1) == (-2011, 400)
    assert call.refusal("GET /fapi/v9/anything")[1] == 404
    assert call("GET /fapi/v1/openAlgoOrders") == []
    assert call("GET /fapi/v1/allAlgoOrders", symbol="BTCUSDT") == []


def test_an_order_is_not_found_under_another_symbol(call: Caller) -> None:
    call("POST /fapi/v1/order", **LIMIT)
    named = {"symbol": "ETHUSDT", "origClientOrderId": "O-1"}
    assert call.refusal("GET /fapi/v1/order", **named) == (-2013, 400)


def test_cancelling_many(call: Caller) -> None:
    for name in ("a", "b", "c"):
        call("POST /fapi/v1/order", **{**LIMIT, "newClientOrderId": name})
    answers = call("DELETE /fapi/v1/batchOrders", symbol="BTCUSDT", origClientOrderIdList='["a","nope"]')
    assert [answer.get("status", answer.get("code")) for answer in answers] == ["CANCELED", -2011]
    for wrong in ("", "nope", "[]", "[1]", "{}"):
        refused = call.refusal("DELETE /fapi/v1/batchOrders", symbol="BTCUSDT", origClientOrderIdList=wrong)
        assert refused == (-1102, 400)
    assert call("DELETE /fapi/v1/allOpenOrders", symbol="BTCUSDT")["code"] == 200
    assert call("GET /fapi/v1/openOrders") == []


def test_positions_stand_in_every_call_that_tells_them(call: Caller) -> None:
    seed(call.ledger, "BTCUSDT", fills=2, open_orders=0, net=Decimal("-0.5"))
    seed(call.ledger, "ETHUSDT", fills=0, open_orders=1, net=Decimal(0))
    active = call("GET /fapi/v3/positionRisk")
    assert {risk["symbol"]: risk["positionAmt"] for risk in active} == {
        "BTCUSDT": "-0.500",
        "ETHUSDT": "0.000",
    }
    assert len(call("GET /fapi/v2/positionRisk")) == len(SYMBOLS)
    for version in (2, 3):
        account = call(f"GET /fapi/v{version}/account")
        held = {position["symbol"]: position["positionAmt"] for position in account["positions"]}
        assert held["BTCUSDT"] == "-0.500"
        assert set(held) == set(SYMBOLS)


def test_history_calls_page(call: Caller) -> None:
    seed(call.ledger, "BTCUSDT", fills=600, open_orders=0, net=Decimal(0))
    assert len(call("GET /fapi/v1/userTrades", symbol="BTCUSDT")) == 500
    assert len(call("GET /fapi/v1/allOrders", symbol="BTCUSDT", limit=1000)) == 600
    assert call.refusal("GET /fapi/v1/userTrades", symbol="BTCUSDT", limit=1001) == (-1130, 400)
    assert call.refusal("GET /fapi/v1/userTrades", symbol="BTCUSDT", startTime="soon") == (-1100, 400)


def test_settings_of_the_account(call: Caller) -> None:
    assert call("POST /fapi/v1/leverage", symbol="BTCUSDT", leverage=5)["leverage"] == 5
    assert call("GET /fapi/v1/symbolConfig", symbol="BTCUSDT")[0]["leverage"] == 5
    assert call.refusal("POST /fapi/v1/leverage", symbol="BTCUSDT", leverage=126) == (-4028, 400)
    crossed = {"symbol": "BTCUSDT", "marginType": "CROSSED"}
    assert call.refusal("POST /fapi/v1/marginType", **crossed) == (-4046, 400)
    assert call("GET /fapi/v1/positionSide/dual") == {"dualSidePosition": False}
    assert call("GET /fapi/v1/commissionRate", symbol="BTCUSDT")["takerCommissionRate"] == "0.0005"


def test_there_is_one_listen_key(call: Caller) -> None:
    assert call.refusal("PUT /fapi/v1/listenKey") == (-1125, 400)
    first, second = call("POST /fapi/v1/listenKey"), call("POST /fapi/v1/listenKey")
    assert first == second == call("PUT /fapi/v1/listenKey")
    assert call("DELETE /fapi/v1/listenKey") == {}
    assert call.refusal("PUT /fapi/v1/listenKey") == (-1125, 400)
