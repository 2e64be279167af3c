"""Market data: what a socket hears, and that an order's fate at a quoted price can be foretold."""

import json
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from reconciliation.venue.binance.market import STEP_SECS, STEPS_A_MARK, Market
from reconciliation.venue.state import VenueState
from reconciliation.venue.symbols import SYMBOLS

NOW_MS = 1_800_000_000_123
STEPS = 400


class Ear:
    """The other end of a socket: hears all of it."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.is_broken = False

    def tell(self, text: str, lag_secs: float) -> None:
        assert lag_secs == 0
        self.heard.append(json.loads(text))

    def break_off(self) -> None:
        self.is_broken = True


class Played(Market):
    """A market whose time is moved by hand."""

    def __init__(self, seed: int = 1) -> None:
        self.due: list[Callable[[], None]] = []
        super().__init__(VenueState(lambda: NOW_MS), self._later, seed)

    def _later(self, secs: float, action: Callable[[], None]) -> None:
        assert secs == STEP_SECS
        self.due.append(action)

    def go_on(self) -> None:
        due, self.due = self.due, []
        for action in due:
            action()


def heard(streams: str, steps: int = STEPS, seed: int = 1) -> list[dict[str, Any]]:
    ear, played = Ear(), Played(seed)
    played.open(ear, streams)
    for _ in range(steps):
        played.go_on()
    return ear.heard


@pytest.mark.parametrize("symbol", SYMBOLS.values(), ids=SYMBOLS)
def test_quotes_wander_on_the_grid_and_never_cross_the_last_price(symbol: Any) -> None:
    quotes = [each["data"] for each in heard(f"{symbol.name.lower()}@bookTicker")]
    assert len(quotes) == STEPS
    assert len({(quote["b"], quote["a"]) for quote in quotes}) > 20
    for quote in quotes:
        assert Decimal(quote["b"]) < symbol.last_price < Decimal(quote["a"])
        for price in (quote["b"], quote["a"]):
            symbol.check_price(Decimal(price))
        for quantity in (quote["B"], quote["A"]):
            symbol.check_quantity(Decimal(quantity))
    assert [quote["u"] for quote in quotes] == list(range(1, STEPS + 1))


def test_trades_are_at_the_quote_of_their_step() -> None:
    told = heard("btcusdt@bookTicker/btcusdt@aggTrade")
    trades = 0
    for before, each in pairwise(told):
        if each["stream"] == "btcusdt@aggTrade":
            trades += 1
            assert each["data"]["p"] == before["data"]["b" if each["data"]["m"] else "a"]
            assert each["data"]["a"] == trades
    assert STEPS * 0.2 < trades < STEPS * 0.4


def test_the_mark_price_is_the_last_price_once_a_second() -> None:
    told = heard("ethusdt@markPrice@1s")
    assert len(told) == STEPS / STEPS_A_MARK
    assert {(each["stream"], each["data"]["p"]) for each in told} == {("ethusdt@markPrice@1s", "4000.00")}
    assert 0 < told[0]["data"]["T"] - NOW_MS <= 8 * 3_600_000


def test_a_seed_is_a_market() -> None:
    assert heard("btcusdt@bookTicker") == heard("btcusdt@bookTicker")
    assert heard("btcusdt@bookTicker") != heard("btcusdt@bookTicker", seed=2)


def test_a_socket_hears_what_it_has_subscribed_to() -> None:
    ear, played = Ear(), Played()
    socket = played.open(ear, "btcusdt@bookTicker")
    socket.hear('{"method": "SUBSCRIBE", "params": ["solusdt@bookTicker"], "id": 7}')
    assert ear.heard == [{"result": None, "id": 7}]
    played.go_on()
    assert {each["stream"] for each in ear.heard[1:]} == {"btcusdt@bookTicker", "solusdt@bookTicker"}
    socket.hear('{"method": "UNSUBSCRIBE", "params": ["btcusdt@bookTicker"], "id": 8}')
    ear.heard.clear()
    played.go_on()
    assert {each["stream"] for each in ear.heard} == {"solusdt@bookTicker"}
    socket.leave()
    ear.heard.clear()
    played.go_on()
    assert ear.heard == []
    assert played.due == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"method": "DANCE", "params": [], "id": 1}', '{"method": []}'])
def test_what_a_socket_cannot_ask_is_refused_as_the_exchange_does(text: str) -> None:
    ear = Ear()
    Played().open(ear, "").hear(text)
    assert ear.heard == [{"error": {"code": 2, "msg": "Invalid request"}, "id": None}]


def test_nothing_moves_while_nobody_listens_and_everything_once_while_many_do() -> None:
    ears, played = [Ear(), Ear()], Played()
    assert played.due == []
    first, second = (played.open(ear, "btcusdt@bookTicker") for ear in ears)
    played.go_on()
    first.leave()
    second.leave()
    played.open(ears[0], "btcusdt@bookTicker")
    played.go_on()
    assert [each["data"]["u"] for each in ears[0].heard] == [1, 2]
    assert [each["data"]["u"] for each in ears[1].heard] == [1]


def test_all_sockets_break_at_once() -> None:
    ears, played = [Ear(), Ear()], Played()
    for ear in ears:
        played.open(ear, "btcusdt@bookTicker")
    played.drop()
    assert all(ear.is_broken for ear in ears)
    played.go_on()
    assert not any(ear.heard for ear in ears)
