import asyncio
from typing import Any

import aiohttp
import pytest
from venue_client import Client, running

from reconciliation.venue.symbols import SYMBOLS

OPEN_ORDERS = "/fapi/v1/openOrders"
LIMIT = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.010",
    "price": "90000.00",
    "newClientOrderId": "O-1",
}


async def heard(socket: aiohttp.ClientWebSocketResponse, count: int) -> list[Any]:
    return [await socket.receive_json(timeout=5) for _ in range(count)]


@pytest.mark.parametrize(
    ("method", "path", "body", "problem"),
    [
        ("POST", "seed", None, "Invalid JSON"),
        ("POST", "seed", [], "should be an object"),
        ("POST", "seed", {"symbol": "NOPE"}, "unknown symbol 'NOPE'"),
        ("POST", "seed", {"symbol": "BTCUSDT", "fils": 3}, "fils"),
        ("POST", "seed", {"symbol": "BTCUSDT", "fills": "3"}, "fills"),
        ("POST", "seed", {"symbol": "BTCUSDT", "fills": -1}, "fills"),
        ("POST", "seed", {"symbol": "BTCUSDT", "fills": 1}, "cannot lead"),
        ("POST", "seed", {"symbol": "BTCUSDT", "fills": 1, "net": "0.0001"}, "Precision"),
        ("POST", "seed", {"symbol": "BTCUSDT", "fills": 1, "net": "1e29"}, "Quantity greater"),
        ("POST", "seed", {"symbol": "BTCUSDT", "fills": 1, "net": "NaN"}, "net"),
        ("POST", "orders", {"symbol": "BTCUSDT", "side": "LONG", "quantity": "1"}, "side"),
        ("POST", "orders", {"symbol": "BTCUSDT", "side": "BUY", "quantity": "-1"}, "quantity"),
        ("POST", "orders", {"symbol": "BTCUSDT", "side": "BUY", "quantity": True}, "quantity"),
        ("POST", "orders", {"symbol": "BTCUSDT", "side": "BUY", "quantity": "1", "silent": 1}, "silent"),
        ("POST", "orders", {"symbol": "BTCUSDT", "side": "BUY", "quantity": "1", "price": "1e28"}, "price"),
        ("POST", "fills", {}, "name the order"),
        ("POST", "fills", {"order_id": 1, "client_order_id": "a"}, "name the order"),
        ("POST", "fills", {"order_id": 1}, "no order 1"),
        ("POST", "cancels", {"client_order_id": "nobody"}, "no order nobody"),
        ("POST", "faults", {"call": "GET /fapi/v1/openOrders"}, "needs status, body, delay_secs or drop"),
        ("POST", "faults", {"call": "GET /fapi/v1/openOrder", "status": 500}, "unknown call"),
        ("POST", "faults", {"call": "*", "status": 700}, "status"),
        ("POST", "faults", {"call": "*", "drop": True, "status": 500}, "has no answer"),
        ("POST", "faults", {"call": "*", "drop": True, "times": 0}, "times"),
        ("POST", "stream", {"action": "explode"}, "action"),
    ],
)
def test_bad_input_is_explained(method: str, path: str, body: object, problem: str) -> None:
    async def check() -> None:
        async with running() as client:
            status, answer = await client.control(method, path, body)
            assert status == 400
            assert list(answer) == ["error"]
            assert problem in answer["error"]
            assert (await client.control("GET", "ledger"))[1]["orders"] == []

    asyncio.run(check())


@pytest.mark.parametrize(("method", "path"), [("GET", "nothing"), ("PUT", "seed"), ("GET", ""), ("DELETE", "ledger")])
def test_unknown_control_calls_are_404(method: str, path: str) -> None:
    async def check() -> None:
        async with running() as client:
            status, answer = await client.control(method, path)
            assert status == 404
            assert "no control call" in answer["error"]

    asyncio.run(check())


def test_the_ledger_shows_what_was_seeded() -> None:
    async def check() -> None:
        async with running() as client:
            body = {"symbol": "BTCUSDT", "fills": 20, "open_orders": 3, "net": "0.5"}
            status, answer = await client.control("POST", "seed", body)
            assert status == 200
            assert (answer["fills"], answer["open_orders"], answer["net"]) == (20, 3, "0.500")
            _, ledger = await client.control("GET", "ledger")
            assert ledger["positions"] == {"BTCUSDT": "0.500"}
            assert len(ledger["orders"]) == 23
            assert len(ledger["fills"]) == 20
            assert set(ledger["orders"][0]) == {
                *("order_id", "client_order_id", "symbol", "side", "type", "status"),
                *("price", "quantity", "filled", "time_ms", "update_ms"),
            }
            assert set(ledger["fills"][0]) == {
                *("trade_id", "order_id", "client_order_id", "symbol", "side", "quantity"),
                *("price", "commission", "maker", "time_ms", "realized_pnl"),
            }
            assert set(ledger["commissions"]) == set(ledger["balances"]) == {"USDT"}

    asyncio.run(check())


def test_the_stream_tells_orders_made_by_hand_unless_silent() -> None:
    async def check() -> None:
        async with running() as client, client.stream() as first, client.stream() as second:
            by_hand = {"symbol": "BTCUSDT", "side": "SELL", "quantity": "0.020", "price": "110000"}
            _, made = await client.control("POST", "orders", {**by_hand, "client_order_id": "mine"})
            await client.control("POST", "fills", {"client_order_id": "mine", "quantity": 0.005})
            silent = {"order_id": made["order"]["order_id"], "quantity": "0.005", "silent": True}
            await client.control("POST", "fills", silent)
            await client.control("POST", "cancels", {"client_order_id": "mine"})
            for socket in (first, second):
                new, trade, account, canceled = await heard(socket, 4)
                assert [message["e"] for message in (new, trade, account, canceled)] == [
                    *("ORDER_TRADE_UPDATE", "ORDER_TRADE_UPDATE", "ACCOUNT_UPDATE", "ORDER_TRADE_UPDATE"),
                ]
                assert [message["o"]["x"] for message in (new, trade, canceled)] == [
                    *("NEW", "TRADE", "CANCELED"),
                ]
                assert (trade["o"]["l"], trade["o"]["z"], trade["o"]["X"]) == (*("0.005", "0.005", "PARTIALLY_FILLED"),)
                assert (trade["o"]["t"], trade["o"]["n"], trade["o"]["N"]) == (1001, "0.11000000", "USDT")
                assert account["a"]["P"][0]["pa"] == "-0.005"
                assert canceled["o"]["z"] == "0.010"
            _, ledger = await client.control("GET", "ledger")
            assert ledger["positions"] == {"BTCUSDT": "-0.010"}

    asyncio.run(check())


def test_the_stream_tells_what_rest_calls_change() -> None:
    async def check() -> None:
        async with running() as client, client.stream() as socket:
            await client.signed("POST", "/fapi/v1/order", **LIMIT)
            named = {"symbol": "BTCUSDT", "origClientOrderId": "O-1"}
            changes = {"side": "BUY", "quantity": "0.020", "price": "91000.00"}
            await client.signed("PUT", "/fapi/v1/order", **named, **changes)
            await client.signed("DELETE", "/fapi/v1/order", **named)
            immediate = {**LIMIT, "newClientOrderId": "O-2", "timeInForce": "IOC"}
            await client.signed("POST", "/fapi/v1/order", **immediate)
            told = [message["o"]["x"] for message in await heard(socket, 5)]
            assert told == ["NEW", "AMENDMENT", "CANCELED", "NEW", "EXPIRED"]

    asyncio.run(check())


def test_a_muted_stream_loses_and_a_dropped_one_ends() -> None:
    async def check() -> None:
        async with running() as client, client.stream() as socket:
            order = {"symbol": "BTCUSDT", "side": "BUY", "quantity": "0.010", "price": "90000"}
            await client.control("POST", "stream", {"action": "mute"})
            await client.control("POST", "orders", {**order, "client_order_id": "lost"})
            await client.control("POST", "stream", {"action": "unmute"})
            await client.control("POST", "orders", {**order, "client_order_id": "heard"})
            assert (await heard(socket, 1))[0]["o"]["c"] == "heard"
            await socket.ping()
            _, answer = await client.control("POST", "stream", {"action": "drop"})
            assert answer["dropped"] == 1
            assert (await socket.receive(timeout=5)).type in {
                aiohttp.WSMsgType.CLOSED,
                aiohttp.WSMsgType.ERROR,
            }
            async with client.stream() as again:
                await client.control("POST", "cancels", {"client_order_id": "lost"})
                assert (await heard(again, 1))[0]["o"]["x"] == "CANCELED"

    asyncio.run(check())


def test_an_unknown_listen_key_opens_no_stream() -> None:
    async def check() -> None:
        async with running() as client:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
                await client.stream("guess")
            assert refusal.value.status == 400

    asyncio.run(check())


def test_a_fault_happens_so_often_and_no_more() -> None:
    async def check() -> None:
        async with running() as client:
            fault = {"call": f"GET {OPEN_ORDERS}", "status": 503, "body": {"code": -1007}, "times": 2}
            _, table = await client.control("POST", "faults", fault)
            assert table["faults"] == [{**fault, "delay_secs": 0.0, "drop": False, "apply": False}]
            answers = [await client.signed("GET", OPEN_ORDERS) for _ in range(3)]
            assert answers == [(503, {"code": -1007}), (503, {"code": -1007}), (200, [])]
            assert (await client.signed("GET", "/fapi/v2/account"))[0] == 200
            assert (await client.control("GET", "faults"))[1] == {"faults": []}

    asyncio.run(check())


@pytest.mark.parametrize("call", ["*", "GET *"])
def test_a_fault_for_many_calls_lasts_until_deleted_and_spares_control(call: str) -> None:
    async def check() -> None:
        async with running() as client:
            await client.control("POST", "faults", {"call": call, "status": 429})
            for path in (OPEN_ORDERS, "/fapi/v2/account", "/fapi/v1/nothing"):
                assert (await client.signed("GET", path))[0] == 429
            assert (await client.signed("POST", "/fapi/v1/listenKey"))[0] == (429 if call == "*" else 200)
            assert (await client.control("DELETE", "faults"))[0] == 200
            assert await client.signed("GET", OPEN_ORDERS) == (200, [])

    asyncio.run(check())


def test_a_raw_body_goes_out_as_it_stands() -> None:
    async def check() -> None:
        async with running() as client:
            await client.control("POST", "faults", {"call": "*", "body": "[{", "times": 1})
            async with client.http.get(f"{client.venue.http_url}/fapi/v1/ping") as answer:
                assert (answer.status, await answer.text()) == (200, "[{")

    asyncio.run(check())


async def orders_after_drop(client: Client, *, apply: bool) -> list[Any]:
    fault = {"call": "POST /fapi/v1/order", "drop": True, "times": 1, "apply": apply}
    await client.control("POST", "faults", fault)
    with pytest.raises(aiohttp.ClientConnectionError):
        await client.signed("POST", "/fapi/v1/order", **LIMIT)
    found: list[Any] = (await client.signed("GET", OPEN_ORDERS))[1]
    return found


@pytest.mark.parametrize("apply", [False, True])
def test_a_dropped_call_takes_effect_only_when_applied(*, apply: bool) -> None:
    async def check() -> None:
        async with running() as client:
            found = await orders_after_drop(client, apply=apply)
            assert [order["clientOrderId"] for order in found] == (["O-1"] if apply else [])
            _, log = await client.control("GET", "requests")
            assert [(entry["status"], entry["fault"]) for entry in log] == [(None, True), (200, False)]

    asyncio.run(check())


def test_a_replaced_answer_may_hide_a_live_order() -> None:
    async def check() -> None:
        async with running() as client, client.stream() as socket:
            fault = {"call": "POST /fapi/v1/order", "status": 503, "times": 1, "apply": True}
            await client.control("POST", "faults", fault)
            status, answer = await client.signed("POST", "/fapi/v1/order", **LIMIT)
            assert (status, answer["code"]) == (503, -1000)
            assert (await heard(socket, 1))[0]["o"]["x"] == "NEW"

    asyncio.run(check())


def test_a_delayed_call_is_answered_in_the_end() -> None:
    async def check() -> None:
        async with running() as client:
            await client.control("POST", "faults", {"call": f"GET {OPEN_ORDERS}", "delay_secs": 0.2, "times": 1})
            slow = asyncio.create_task(client.signed("GET", OPEN_ORDERS))
            done, _ = await asyncio.wait({slow}, timeout=0.1)
            assert not done
            assert await slow == (200, [])

    asyncio.run(check())


def test_the_log_holds_every_rest_call_without_its_signature() -> None:
    async def check() -> None:
        async with running() as client:
            await client.signed("GET", OPEN_ORDERS, symbol="BTCUSDT")
            await client.signed("GET", "/fapi/v1/nothing")
            _, log = await client.control("GET", "requests")
            assert [entry["call"] for entry in log] == [f"GET {OPEN_ORDERS}", "GET /fapi/v1/nothing"]
            assert [entry["status"] for entry in log] == [200, 404]
            assert set(log[0]) == {"time", "call", "params", "status", "fault"}
            assert set(log[0]["params"]) == {"symbol", "timestamp"}
            await client.control("DELETE", "requests")
            assert (await client.control("GET", "requests"))[1] == []

    asyncio.run(check())


def test_every_symbol_can_be_seeded() -> None:
    async def check() -> None:
        async with running() as client:
            for name in SYMBOLS:
                body = {"symbol": name, "fills": 20, "open_orders": 2, "net": -3}
                assert (await client.control("POST", "seed", body))[0] == 200
            _, ledger = await client.control("GET", "ledger")
            assert set(ledger["positions"]) == set(SYMBOLS)
            assert min(fill["trade_id"] for fill in ledger["fills"]) == 1001
            assert max(fill["trade_id"] for fill in ledger["fills"]) == 1020

    asyncio.run(check())
