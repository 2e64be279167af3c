"""The exchange itself, without a socket: what the process serves, and what virtual time plays on."""

from collections.abc import Callable, Mapping

from reconciliation.venue.binance.wire import BinanceWire
from reconciliation.venue.bybit.wire import BybitWire
from reconciliation.venue.control import Control
from reconciliation.venue.credentials import KeyPair
from reconciliation.venue.faults import Faults, Handling
from reconciliation.venue.ledger import Ledger
from reconciliation.venue.state import VenueState
from reconciliation.venue.stream import Listener, UserStream
from reconciliation.venue.wire import After, Line, Request, Wire


class Exchange:
    """One account, the wires that speak of it, faults and control, wired up.

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
        wires: each exchange that it can be; the first that serves a path has it.
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
        self.stream = UserStream(self.state)
        self._faults = Faults(now_secs or (lambda: now_ms() / 1_000))
        self.wires: tuple[Wire, ...] = (
            BybitWire(self.ledger, self.keys, self.stream, self.state, after, self._faults),
            BinanceWire(self.ledger, self.keys, self.stream, self.state, after, market_seed),
        )
        self.control = Control(self.ledger, self.stream, self.wires, self._faults, self.state)

    def receive(self, method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> Handling:
        """Take a REST call in, which happens now or once its fault lets it.

        Args:
            method: `GET`.
            target: path and query as they stand in the request line.
            headers: by name.
            body: as it came.
        """
        path, _, query = target.partition("?")
        if self.state.is_away:
            return Handling(0.0, lambda: None)
        wire = self._wire_of(path)
        request = Request(method=method, path=path, query=query, headers=headers, body=body)
        return self._faults.handled(
            request.name, wire.params(request), lambda: wire.answer(request), wire.headers(request)
        )

    def listen(self, target: str, listener: Listener) -> Line | None:
        """Open a stream.

        Args:
            target: path and query as they stand in the request line.
            listener: the other end.

        Returns:
            This end of it; None where it is refused.
        """
        path, _, query = target.partition("?")
        return None if self.state.is_away else self._wire_of(path).listen(path, query, listener)

    def drop(self) -> None:
        """Break every stream without a closing handshake, as a network failure does."""
        self.stream.drop()
        for wire in self.wires:
            wire.drop()

    def _wire_of(self, path: str) -> Wire:
        return next(wire for wire in self.wires if wire.serves(path))
