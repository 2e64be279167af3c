"""The Bybit v5 wire as a whole."""

import json
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec

from reconciliation.venue.bybit.orders import Orders
from reconciliation.venue.bybit.params import Params
from reconciliation.venue.bybit.private import PrivateSocket
from reconciliation.venue.bybit.refusals import Refusal
from reconciliation.venue.bybit.rest import RestApi
from reconciliation.venue.bybit.signatures import check_request
from reconciliation.venue.bybit.socket import Login, Socket, TopicSocket
from reconciliation.venue.bybit.trade import METHOD, OPS, TradeDesk, TradeSocket
from reconciliation.venue.credentials import KeyPair
from reconciliation.venue.faults import Answer, Faults
from reconciliation.venue.ledger import Ledger
from reconciliation.venue.state import VenueState
from reconciliation.venue.stream import Listener, UserStream
from reconciliation.venue.wire import After, Line, Request, query_values

PREFIX: Final = "/v5/"


class BybitWire:
    """REST calls, the private, the trade and the public socket; every path below `/v5/` is one of its own.

    Args:
        ledger: the truth.
        keys: the account's key pair.
        stream: told what the calls change.
        state: the venue's clock.
        after: has something done after so many seconds.
        faults: happen to the requests of the trade socket too.
    """

    def __init__(  # noqa: PLR0913 - all that its parts need
        self, ledger: Ledger, keys: KeyPair, stream: UserStream, state: VenueState, after: After, faults: Faults
    ) -> None:
        orders = Orders(ledger, stream)
        self._keys = keys
        self._stream = stream
        self._state = state
        self._rest = RestApi(ledger, keys, orders)
        self._desk = TradeDesk(ledger, orders, faults, after)
        self._sockets: set[Socket] = set()

    @property
    def calls(self) -> Collection[str]:
        """The names of its REST calls, and of the trade socket's requests, `WS order.create`."""
        return {*self._rest.public, *self._rest.signed, *(f"{METHOD} {op}" for op in OPS)}

    def serves(self, path: str) -> bool:
        """Whether a path is one of its own."""
        return path.startswith(PREFIX)

    def params(self, request: Request) -> dict[str, str]:
        """Return what a call says, in its query or in its body."""
        return {name: str(value) for name, value in _values(request).items()}

    def answer(self, request: Request) -> Answer:
        """Carry out a call."""
        now_ms = self._state.now_ms()
        answer = self._rest.public.get(request.name) or self._rest.signed.get(request.name)
        if answer is None:
            return Answer(HTTPStatus.NOT_FOUND, b"404 page not found")
        try:
            if request.name in self._rest.signed:
                payload = request.query if request.method == "GET" else request.body.decode(errors="replace")
                check_request(self._keys, request.headers, payload, now_ms)
            told = {"retCode": 0, "retMsg": "OK", "result": answer(Params(_values(request)))}
        except Refusal as refusal:
            told = {"retCode": refusal.code, "retMsg": refusal.message, "result": {}}
        return Answer(200, msgspec.json.encode(told | {"retExtInfo": {}, "time": now_ms}))

    def headers(self, request: Request) -> Mapping[str, str]:  # noqa: ARG002 - whatever was asked
        """Return nothing: no limit is counted."""
        return {}

    def listen(self, path: str, query: str, listener: Listener) -> Line | None:  # noqa: ARG002 - it says nothing
        """Open a socket; on the public one topics can be had, and nothing is told of them."""
        login = Login(self._keys, self._state.now_ms)
        match path:
            case "/v5/private":
                return PrivateSocket(listener, self._stream, login)
            case "/v5/trade":
                return self._kept(TradeSocket(listener, self._desk, login, self._sockets.discard))
            case "/v5/public/linear":
                return self._kept(TopicSocket(listener, self._sockets.discard))
            case _:
                return None

    def _kept(self, socket: Socket) -> Socket:
        self._sockets.add(socket)
        return socket

    def expire(self) -> None:
        """Nothing keeps a private socket open that could expire."""

    def drop(self) -> None:
        """Break the trade and the public sockets."""
        for socket in self._sockets:
            socket.listener.break_off()
        self._sockets.clear()


def _values(request: Request) -> dict[str, Any]:
    if request.method == "GET":
        return query_values(request.query)
    try:
        values = json.loads(request.body or b"{}")
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}
