"""The Bybit wire's sockets, without a network: login, topics, orders, and the faults that happen to them."""

import json
from typing import TYPE_CHECKING, Any

import pytest
from venue_client import NOW_MS, Clock, order

from reconciliation.venue.credentials import KeyPair
from reconciliation.venue.exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciliation.venue.wire import Line

CREATE = {
    "category": "linear",
    "symbol": "BTCUSDT",
    "side": "Buy",
    "orderType": "Limit",
    "qty": "0.010",
    "price": "90000.0",
    "orderLinkId": "O-1",
}
TOPICS = ["order", "execution", "position", "wallet"]


class End:
    """The other end of a socket."""

    def __init__(self, exchange: Exchange, path: str) -> None:
        self.heard: list[dict[str, Any]] = []
        self.is_broken = False
        line = exchange.listen(path, self)
        assert line is not None
        self.line: Line = line

    def tell(self, text: str, lag_secs: float) -> None:
        self.heard.append(json.loads(text))

    def break_off(self) -> None:
        self.is_broken = True

    def ask(self, **asked: Any) -> list[dict[str, Any]]:
        """Say something, and return what is answered at once."""
        return self.say(json.dumps(asked))

    def say(self, text: str) -> list[dict[str, Any]]:
        before = len(self.heard)
        self.line.hear(text)
        return self.heard[before:]


class Played:
    """An exchange whose time is moved by hand."""

    def __init__(self) -> None:
        self.keys = KeyPair.generate()
        self.due: list[tuple[float, Callable[[], None]]] = []
        self.exchange = Exchange(Clock(), self.keys, after=lambda secs, action: self.due.append((secs, action)))

    def login(self, **changed: Any) -> dict[str, Any]:
        expires = changed.pop("expires", NOW_MS + 5_000)
        key = changed.pop("key", self.keys.api_key)
        return {"op": "auth", "args": [key, expires, self.keys.sign(f"GET/realtime{expires}")], **changed}

    def private(self, *topics: str) -> End:
        end = End(self.exchange, "/v5/private")
        assert end.ask(**self.login())[0]["success"]
        if topics:
            assert end.ask(op="subscribe", args=list(topics), req_id="1")[0]["success"]
        end.heard.clear()
        return end

    def trade(self) -> End:
        end = End(self.exchange, "/v5/trade")
        assert end.ask(**self.login()) == [
            {"op": "auth", "connId": end.heard[0]["connId"], "retCode": 0, "retMsg": "OK"}
        ]
        end.heard.clear()
        return end

    def fault(self, **fault: Any) -> None:
        self.exchange.control.call("POST", "faults", json.dumps(fault).encode())


def create(end: End, op: str = "order.create", stamp: int = NOW_MS, **changed: Any) -> list[dict[str, Any]]:
    return end.ask(op=op, reqId="r", header={"X-BAPI-TIMESTAMP": str(stamp)}, args=[CREATE | changed])


@pytest.fixture
def played() -> Played:
    return Played()


def test_there_is_no_other_socket(played: Played) -> None:
    assert played.exchange.listen("/v5/public/option", None) is None  # type: ignore[arg-type] # nobody is told


def test_topics_are_had_after_a_login(played: Played) -> None:
    end = End(played.exchange, "/v5/private")
    assert not end.ask(op="subscribe", args=["order"], req_id="7")[0]["success"]
    changes: tuple[dict[str, Any], ...] = ({"key": "f" * 64}, {"expires": NOW_MS}, {"args": []})
    for wrong in changes:
        assert not end.ask(**played.login(**wrong))[0]["success"]
    assert end.ask(**played.login())[0]["success"]
    (told,) = end.ask(op="subscribe", args=["order"], req_id="7")
    assert (told["success"], told["req_id"], told["op"]) == (True, "7", "subscribe")
    (told,) = end.ask(op="subscribe", args=["dcp"], req_id="8")
    assert (told["success"], told["ret_msg"]) == (False, "error:handler not found,topic:dcp")


def test_a_private_socket_hears_its_topics(played: Played) -> None:
    all_of_it, orders, nothing = played.private(*TOPICS), played.private("order"), played.private()
    played.exchange.stream.tell(played.exchange.ledger.place(order()))
    assert [told["topic"] for told in all_of_it.heard] == ["order", *TOPICS]
    assert [told["data"][0]["orderStatus"] for told in orders.heard] == ["New", "Filled"]
    assert nothing.heard == []
    (execution,) = [told["data"][0] for told in all_of_it.heard if told["topic"] == "execution"]
    assert (execution["execId"], execution["execQty"], execution["isMaker"]) == ("1001", "0.010", False)
    orders.ask(op="unsubscribe", args=["order"])
    orders.heard.clear()
    played.exchange.stream.tell(played.exchange.ledger.place(order(client_order_id="b")))
    assert orders.heard == []


def test_the_control_api_steers_it_as_any_user_stream(played: Played) -> None:
    end = played.private("order")
    played.exchange.stream.muted = True
    played.exchange.stream.tell(played.exchange.ledger.place(order()))
    assert end.heard == []
    played.exchange.stream.tell_again(1)
    assert len(end.heard) == 2
    played.exchange.stream.freeze()
    assert end.ask(op="ping") == [], "half open: it answers nothing"
    played.exchange.stream.drop()
    assert end.is_broken


def test_the_listen_key_of_the_other_wire_is_none_of_its_business(played: Played) -> None:
    end = played.private("order")
    played.exchange.control.call("POST", "stream", b'{"action": "expire"}')
    played.exchange.stream.tell(played.exchange.ledger.place(order()))
    assert [told["topic"] for told in end.heard] == ["order", "order"]


def test_pings_are_answered(played: Played) -> None:
    public = End(played.exchange, "/v5/public/linear")
    assert public.ask(op="ping", req_id="5")[0]["ret_msg"] == "pong"
    assert public.ask(op="subscribe", args=["tickers.BTCUSDT"])[0]["success"]
    assert played.trade().ask(op="ping")[0]["op"] == "pong"
    for nonsense in ("{", "[]", "{}", '"ping"'):
        assert not public.say(nonsense)[0]["success"]


def test_orders_are_taken_after_a_login(played: Played) -> None:
    end = End(played.exchange, "/v5/trade")
    assert create(end)[0]["retCode"] == 10004
    assert end.ask(**played.login(key="f" * 64))[0]["retCode"] == 10003
    end = played.trade()
    (told,) = create(end)
    assert (told["reqId"], told["retCode"], told["data"]) == ("r", 0, {"orderId": "8000001", "orderLinkId": "O-1"})
    assert create(end)[0]["retCode"] == 110072
    assert create(end, stamp=NOW_MS - 5_001)[0]["retCode"] == 10002
    assert create(end, "order.amend", qty="0.020")[0]["retCode"] == 0
    assert create(end, "order.cancel")[0]["retCode"] == 0
    assert create(end, "order.cancel")[0]["retCode"] == 110001
    assert create(end, "order.create-batch")[0]["retCode"] == 10404
    assert end.ask(op="order.create", args=[])[0]["retCode"] == 10001
    (logged, *_) = played.exchange.control.call("GET", "requests")
    assert (logged["call"], logged["params"]["orderLinkId"]) == ("WS order.create", "O-1")


def test_an_order_is_taken_and_the_connection_breaks_without_an_answer(played: Played) -> None:
    end = played.trade()
    played.fault(call="WS order.create", drop=True, apply=True, times=1)
    assert create(end) == []
    assert end.is_broken
    assert played.exchange.ledger.find(client_order_id="O-1") is not None


def test_an_order_is_lost_on_the_way(played: Played) -> None:
    end = played.trade()
    played.fault(call="WS *", drop=True, times=1)
    assert create(end) == []
    assert played.exchange.ledger.orders == {}


def test_an_answer_is_late(played: Played) -> None:
    end = played.trade()
    played.fault(call="WS order.create", delay_secs=60, apply=True, times=1)
    assert create(end) == []
    assert create(end, "order.cancel")[0]["retCode"] == 0, "what comes after it is not held up"
    ((secs, answer),) = played.due
    answer()
    assert (secs, end.heard[-1]["retCode"]) == (60, 0)


def test_a_venue_that_is_away_breaks_every_socket(played: Played) -> None:
    ends = [played.trade(), played.private("order"), End(played.exchange, "/v5/public/linear")]
    played.exchange.control.call("POST", "reach", b'{"reachable": false}')
    assert all(end.is_broken for end in ends)
    assert played.exchange.listen("/v5/trade", ends[0]) is None
