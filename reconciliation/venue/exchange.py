"""The exchange itself, without a socket: what the process serves, and what virtual time plays on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from reconciliation.venue.control import Control
from reconciliation.venue.credentials import KeyPair
from reconciliation.venue.errors import ExchangeError
from reconciliation.venue.faults import Answer, Fault, Faults
from reconciliation.venue.ledger import Ledger
from reconciliation.venue.market import PATH as MARKET_PATH
from reconciliation.venue.market import After, Market
from reconciliation.venue.params import query_values
from reconciliation.venue.rest import RestApi
from reconciliation.venue.state import VenueState
from reconciliation.venue.stream import PATH as STREAM_PATH
from reconciliation.venue.stream import Listener, UserStream
from reconciliation.venue.weights import HEADER as WEIGHT
from reconciliation.venue.weights import Weights


@dataclass(frozen=True, slots=True)
class Handling:
    """What becomes of a REST call that has come in, whoever still waits for it.

    Attributes:
        delay_secs: after so long it is answered.
        answer: answers it then; None breaks the connection without an answer.
        headers: what the answer tells beside its body.
    """

    delay_secs: float
    answer: Callable[[], Answer | None]
    headers: Mapping[str, str] = field(default_factory=dict)


class Line(Protocol):
    """The venue's end of a stream."""

    def hear(self, text: str) -> None:
        """Take what the other end says."""

    def leave(self) -> None:
        """Tell the other end nothing more."""


class Exchange:
    """Ledger, REST calls, streams, faults and control, wired up.

    Args:
        now_ms: the true time, milliseconds since the epoch.
        keys: the account's key pair; a new one when absent.
        now_secs: a finer clock for the log of requests; the same one when absent.
        after: has something done after so many seconds; no quote ever moves when absent.
        market_seed: what quotes are drawn from.

    Attributes:
        state: what is wrong with the venue as a whole.
        ledger: the truth.
        keys: the account's key pair.
        stream: the user stream.
        market: what is told of prices.
        control: faults, orders by hand, the truth to compare with.
    """

    def __init__(
        self,
        now_ms: Callable[[], int],
        keys: KeyPair | None = None,
        *,
        now_secs: Callable[[], float] | None = None,
        after: After = lambda *_: None,
        market_seed: int = 1,
    ) -> None:
        self.state = VenueState(now_ms)
        self.keys = keys or KeyPair.generate()
        self.ledger = Ledger(self.state.now_ms)
        self.stream = UserStream(self.keys, self.state)
        self.market = Market(self.state, after, market_seed)
        self._rest = RestApi(self.ledger, self.keys, self.stream)
        self._weights = Weights(self.state.now_ms)
        self._faults = Faults(now_secs or (lambda: now_ms() / 1_000))
        self.control = Control(
            self.ledger, self.stream, self.market, self._faults, self.state, set(self._rest.endpoints)
        )

    def receive(self, method: str, target: str, api_key: str | None) -> Handling:
        """Take a REST call in, which happens now or once its fault lets it.

        Args:
            method: `GET`.
            target: path and query as they stand in the request line.
            api_key: the X-MBX-APIKEY header.
        """
        path, _, query = target.partition("?")
        if self.state.is_away:
            return Handling(0.0, lambda: None)
        headers = {WEIGHT: str(self._weights.add(f"{method} {path}", query))}
        logged = self._faults.noted(method, path, query)
        fault = self._faults.take(method, path)
        logged.fault = fault is not None

        def call() -> Answer:
            return self._called(f"{method} {path}", query, api_key)

        happened = call() if fault is None or fault.apply else None

        def answer() -> Answer | None:
            told = happened if fault is None else _faulty(fault, happened, call)
            logged.status = None if told is None else told.status
            return told

        return Handling(0.0 if fault is None else fault.delay_secs, answer, headers)

    def listen(self, target: str, listener: Listener) -> Line | None:
        """Open a stream.

        Args:
            target: path and query as they stand in the request line.
            listener: the other end.

        Returns:
            This end of it; None where it is refused.
        """
        path, _, query = target.partition("?")
        values = query_values(query)
        if self.state.is_away:
            return None
        if path == MARKET_PATH:
            return self.market.open(listener, values.get("streams", ""))
        if path == STREAM_PATH and self.stream.accepts(values.get("listenKey")):
            return self.stream.open(listener)
        return None

    def _called(self, name: str, query: str, api_key: str | None) -> Answer:
        try:
            answer: Any = self._rest.call(name, query, api_key)
        except ExchangeError as error:
            return Answer(error.status, msgspec.json.encode({"code": error.code, "msg": error.message}))
        return Answer(200, msgspec.json.encode(answer))


def _faulty(fault: Fault, happened: Answer | None, call: Callable[[], Answer]) -> Answer | None:
    if fault.drop:
        return None
    if fault.replaces:
        return fault.answer()
    return happened or call()
