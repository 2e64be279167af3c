"""Market data: quotes that wander around a last price that stands still, trades between them, the mark price.

A bid is always below the last price and an ask above it, so that the fate of an order at a quoted price can be
foretold: one that takes the other side trades, one that joins its own side rests.
"""

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, Final

from reconciliation.venue.state import VenueState
from reconciliation.venue.stream import Listener
from reconciliation.venue.symbols import SYMBOLS, Symbol
from reconciliation.venue.wire import After

PATH: Final = "/stream"
STEP_SECS: Final = 0.25
"""From one quote of a symbol to the next."""
STEPS_A_MARK: Final = 4
"""The exchange tells a mark price every second."""
TRADES_AT: Final = 0.3
"""How likely a step is one at which somebody trades."""
FARTHEST_TICKS: Final = 25
MOST_LOTS: Final = 20
_FUNDING_MS: Final = 8 * 3_600_000


class Walk:
    """The quotes of one symbol, step by step.

    Args:
        symbol: whose.
        seed: what it is drawn from, with the symbol's name.
    """

    def __init__(self, symbol: Symbol, seed: int) -> None:
        self._symbol = symbol
        self._random = Random(f"{seed} {symbol.name}")  # noqa: S311 - a market that can be played again
        self._below = self._above = 1
        self._step = 0
        self._trades = 0

    def go_on(self, now_ms: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """Take one step; yield what the exchange tells of it, by the stream's kind.

        Args:
            now_ms: the venue's time.
        """
        symbol, random = self._symbol, self._random
        self._step += 1
        self._below, self._above = (
            min(max(ticks + random.choice((-1, 0, 1)), 1), FARTHEST_TICKS) for ticks in (self._below, self._above)
        )
        bid, ask = symbol.last_price - self._below * symbol.tick, symbol.last_price + self._above * symbol.tick
        yield (
            "bookTicker",
            {
                "e": "bookTicker",
                "u": self._step,
                "s": symbol.name,
                "b": symbol.price_text(bid),
                "B": self._quantity(),
                "a": symbol.price_text(ask),
                "A": self._quantity(),
                "T": now_ms,
                "E": now_ms,
            },
        )
        if random.random() < TRADES_AT:
            self._trades += 1
            is_sold = random.random() < 0.5  # noqa: PLR2004 - either side
            yield (
                "aggTrade",
                {
                    "e": "aggTrade",
                    "E": now_ms,
                    "s": symbol.name,
                    "a": self._trades,
                    "p": symbol.price_text(bid if is_sold else ask),
                    "q": self._quantity(),
                    "f": self._trades,
                    "l": self._trades,
                    "T": now_ms,
                    "m": is_sold,
                },
            )
        if self._step % STEPS_A_MARK == 1:
            price = symbol.price_text(symbol.last_price)
            yield (
                "markPrice",
                {
                    "e": "markPriceUpdate",
                    "E": now_ms,
                    "s": symbol.name,
                    "p": price,
                    "i": price,
                    "P": price,
                    "r": "0.00010000",
                    "T": now_ms - now_ms % _FUNDING_MS + _FUNDING_MS,
                },
            )

    def _quantity(self) -> str:
        symbol = self._symbol
        return symbol.quantity_text(min(symbol.lot * self._random.randint(1, MOST_LOTS), symbol.max_quantity))


class MarketSocket:
    """One socket and the streams it listens to, `btcusdt@bookTicker`.

    Args:
        listener: its other end.
        streams: those its address names.
        leave: takes it away from the market.
    """

    def __init__(self, listener: Listener, streams: set[str], leave: Callable[["MarketSocket"], None]) -> None:
        self.listener = listener
        self._streams = streams
        self._leave = leave

    def hear(self, text: str) -> None:
        """Carry out what the other end asks: SUBSCRIBE, UNSUBSCRIBE; refuse anything else in the exchange's words."""
        try:
            asked = json.loads(text)
            change = {"SUBSCRIBE": self._streams.update, "UNSUBSCRIBE": self._streams.difference_update}[
                asked["method"]
            ]
            change({str(stream) for stream in asked["params"]})
            answer = {"result": None, "id": asked["id"]}
        except (ValueError, KeyError, TypeError):
            answer = {"error": {"code": 2, "msg": "Invalid request"}, "id": None}
        self.listener.tell(json.dumps(answer), 0.0)

    def tell(self, symbol: str, kind: str, data: dict[str, Any]) -> None:
        """Send a message to whoever listens to its stream; a mark price has its period behind its name."""
        name = f"{symbol.lower()}@{kind}"
        for stream in self._streams:
            if stream == name or stream.startswith(f"{name}@"):
                self.listener.tell(json.dumps({"stream": stream, "data": data}), 0.0)

    def leave(self) -> None:
        """Take the socket away from the market."""
        self._leave(self)


class Market:
    """The market data of every symbol. Nothing moves while nobody listens.

    Args:
        state: the venue's clock.
        after: has something done after so many seconds.
        seed: what the quotes are drawn from.
    """

    def __init__(self, state: VenueState, after: After, seed: int) -> None:
        self._state = state
        self._after = after
        self._is_moving = False
        self._walks = {name: Walk(symbol, seed) for name, symbol in SYMBOLS.items()}
        self._sockets: set[MarketSocket] = set()

    def open(self, listener: Listener, streams: str) -> MarketSocket:
        """Take a socket in.

        Args:
            listener: its other end.
            streams: those it listens to from the start, with slashes between them.
        """
        socket = MarketSocket(listener, set(filter(None, streams.split("/"))), self._sockets.discard)
        self._sockets.add(socket)
        if not self._is_moving:
            self._is_moving = True
            self._after(STEP_SECS, self._go_on)
        return socket

    def _go_on(self) -> None:
        """Take one step of every symbol, and tell each socket what it listens to."""
        self._is_moving = bool(self._sockets)
        if not self._is_moving:
            return
        self._after(STEP_SECS, self._go_on)
        now_ms = self._state.now_ms()
        for name, walk in self._walks.items():
            for kind, data in walk.go_on(now_ms):
                for socket in self._sockets:
                    socket.tell(name, kind, data)

    def drop(self) -> None:
        """Break every socket without a closing handshake, as a network failure does."""
        for socket in self._sockets:
            socket.listener.break_off()
        self._sockets.clear()
