"""The Binance USD-M futures wire as a whole."""

from collections.abc import Collection, Mapping

import msgspec

from reconciliation.venue.binance.market import PATH as MARKET_PATH
from reconciliation.venue.binance.market import Market
from reconciliation.venue.binance.rest import RestApi
from reconciliation.venue.binance.user_stream import PATH as STREAM_PATH
from reconciliation.venue.binance.user_stream import KeyedStream
from reconciliation.venue.binance.weights import HEADER as WEIGHT
from reconciliation.venue.binance.weights import Weights
from reconciliation.venue.credentials import KeyPair
from reconciliation.venue.errors import ExchangeError
from reconciliation.venue.faults import Answer
from reconciliation.venue.ledger import Ledger
from reconciliation.venue.state import VenueState
from reconciliation.venue.stream import Listener, UserStream
from reconciliation.venue.wire import After, Line, Request, query_values

API_KEY = "X-MBX-APIKEY"


class BinanceWire:
    """REST calls, user stream and market data; every path that no other wire has is one of its own.

    Args:
        ledger: the truth.
        keys: the account's key pair.
        stream: told what the calls change.
        state: the venue's clock.
        after: has something done after so many seconds.
        market_seed: what quotes are drawn from.
    """

    def __init__(  # noqa: PLR0913 - all that its parts need
        self, ledger: Ledger, keys: KeyPair, stream: UserStream, state: VenueState, after: After, market_seed: int
    ) -> None:
        self._user_stream = KeyedStream(stream, keys, state)
        self._market = Market(state, after, market_seed)
        self._rest = RestApi(ledger, keys, stream, self._user_stream)
        self._weights = Weights(state.now_ms)

    @property
    def calls(self) -> Collection[str]:
        """The names of its calls."""
        return self._rest.endpoints

    def serves(self, path: str) -> bool:  # noqa: ARG002 - any is
        """Whether a path is one of its own: any is."""
        return True

    def params(self, request: Request) -> dict[str, str]:
        """Return a call's query without the signature."""
        params = query_values(request.query)
        params.pop("signature", None)
        return params

    def answer(self, request: Request) -> Answer:
        """Carry out a call."""
        try:
            told = self._rest.call(request.name, request.query, request.headers.get(API_KEY))
        except ExchangeError as error:
            return Answer(error.status, msgspec.json.encode({"code": error.code, "msg": error.message}))
        return Answer(200, msgspec.json.encode(told))

    def headers(self, request: Request) -> Mapping[str, str]:
        """Count a call's weight, and return what the minute has used up."""
        return {WEIGHT: str(self._weights.add(request.name, request.query))}

    def listen(self, path: str, query: str, listener: Listener) -> Line | None:
        """Open the user stream, or one of market data."""
        values = query_values(query)
        if path == MARKET_PATH:
            return self._market.open(listener, values.get("streams", ""))
        return self._user_stream.open(listener, values.get("listenKey")) if path == STREAM_PATH else None

    def expire(self) -> None:
        """Let the listen key expire."""
        self._user_stream.expire_key()

    def drop(self) -> None:
        """Break the sockets of market data."""
        self._market.drop()
