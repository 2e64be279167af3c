"""The transports of an adapter in virtual time: requests and streams that reach a venue without a socket."""

import asyncio
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from msgspec import Struct
from nautilus_trader.core.nautilus_pyo3 import HttpError, WebSocketClientError

from reconciliation.engine.simulation import Handling, Line, Reply, SimulatedVenue

FASTEST_SECS: Final = 0.010
SLOWEST_SECS: Final = 0.050
"""One way to the venue, or back."""
BETWEEN_SECS: Final = 1e-6
"""At the least between two messages of one stream; the loop does not keep the order of what is due at one time."""
RECONNECTED_AFTER_SECS: Final = 0.2
"""From a connection to the call that tells of it, measured."""
AFTER_REFUSAL_SECS: Final = 0.1
FIRST_DELAY_SECS: Final = 2.0
DELAY_FACTOR: Final = 1.5
LONGEST_DELAY_SECS: Final = 30.0
JITTER_SECS: Final = 0.1
"""A stream that broke is opened again at once. Refused, it pauses, and tries again; refused again, it pauses and waits
for a delay that grows, and for up to a jitter more: 0.10, 2.11 to 2.17, 3.19 s between attempts, measured of upstream's
client with the adapter's configuration, which is upstream's default."""

Tell = Callable[[str, str], None]


class Network:
    """The way between a process and its venue, which outlives the process.

    Args:
        venue: at its other end.
        random: draws the time that a message takes.
        tell: told of everything that goes over it, as a kind and a text.
        after: has something done after so many seconds, whether a process lives or not.
    """

    def __init__(
        self,
        venue: SimulatedVenue,
        random: Random,
        tell: Tell,
        after: Callable[[float, Callable[[], None]], None],
    ) -> None:
        self.venue = venue
        self.tell = tell
        self.streams: list[SimulatedStream] = []
        """Those that are open."""
        self._random = random
        self.after = after
        self._lives = 0

    def delay_secs(self) -> float:
        """Draw how long one message takes."""
        return self._random.uniform(FASTEST_SECS, SLOWEST_SECS)

    def jitter_secs(self) -> float:
        """Draw what is added to a delay between two attempts."""
        return self._random.uniform(0.0, JITTER_SECS)

    def send(self, method: str, target: str, headers: Mapping[str, str]) -> "asyncio.Future[Response | None]":
        """Send a request; what is returned has the answer once it is there, None where the connection broke.

        The venue goes on with it when nobody waits any more, or nobody is there.
        """
        shown = target.partition("&signature=")[0].partition("?signature=")[0]
        answered: asyncio.Future[Response | None] = asyncio.get_running_loop().create_future()
        sender = self._lives

        def arrive() -> None:
            handling = self.venue.receive(method, target, headers)
            self.after(handling.delay_secs, lambda: answer(handling))

        def answer(handling: Handling) -> None:
            reply = handling.answer()
            self.after(self.delay_secs(), lambda: come_back(reply, handling.headers))

        def come_back(reply: Reply | None, headers: Mapping[str, str]) -> None:
            if sender != self._lives:
                return
            path = shown.partition("?")[0]
            if reply is None:
                self.tell("answer", f"{method} {path} broke off")
            else:
                self.tell("answer", f"{reply.status} {method} {path} {reply.body.decode(errors='replace')}")
            if not answered.done():
                answered.set_result(None if reply is None else Response(reply.status, reply.body, headers))

        self.tell("request", f"{method} {shown}")
        self.after(self.delay_secs(), arrive)
        return answered

    def hang_up(self) -> None:
        """Close what a process that ended has left open; nobody is there for an answer any more."""
        self._lives += 1
        for stream in tuple(self.streams):
            self.tell(stream.kind, "hung up")
            stream.leave()


class Response(Struct, frozen=True):
    """What the adapter reads of an answer."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class StreamConfig(Struct, frozen=True):
    """Stands where the engine's configuration of a stream is, which cannot be read."""

    url: str
    headers: Any = None
    heartbeat: int | None = None
    proxy_url: str | None = None


class SimulatedHttpClient:
    """Sends requests over a network; it keeps no pace of its own."""

    network: ClassVar[Network]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take what the engine's own client takes."""

    async def request(self, method: Any, url: str, headers: dict[str, str], **_: Any) -> Response:
        """Send a request and await its answer.

        Raises:
            HttpError: the connection broke without one.
        """
        parts = urlsplit(url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        response = await self.network.send(_name(method), target, headers)
        if response is None:
            raise HttpError(f"error sending request for url ({url}): connection closed before message completed")
        return response


def _name(method: Any) -> str:
    return str(method).rpartition(".")[2]


class SimulatedStream:
    """One stream over a network, which opens itself again when it breaks.

    Attributes:
        kind: of what is told of it.
    """

    network: ClassVar[Network]
    kind: ClassVar = "stream"

    def __init__(self, url: str, handler: Callable[[bytes], None], reopened: Callable[[], None] | None) -> None:
        parts = urlsplit(url)
        self._target = f"{parts.path}?{parts.query}"
        self._handler = handler
        self._reopened = reopened
        self._loop = asyncio.get_running_loop()
        self._line: Line | None = None
        self._is_closed = False
        self._last = 0.0
        self._opening: asyncio.Task[None] | None = None

    @classmethod
    async def connect(
        cls,
        loop_: Any,  # noqa: ARG003 - the engine's signature
        config: StreamConfig,
        handler: Callable[[bytes], None],
        ping_handler: Any = None,  # noqa: ARG003
        post_reconnection: Callable[[], None] | None = None,
        **_: Any,
    ) -> "SimulatedStream":
        """Open a stream.

        Raises:
            WebSocketClientError: the venue refuses it.
        """
        stream = cls(config.url, handler, post_reconnection)
        if not await stream.open_once():
            raise WebSocketClientError("connection refused")
        return stream

    async def open_once(self) -> bool:
        """Try to open it; return whether the venue took it."""
        await asyncio.sleep(self.network.delay_secs())
        self._line = None if self._is_closed else self.network.venue.listen(self._target, self)
        self._tell("opened" if self._line else "refused")
        if self._line is not None:
            self.network.streams.append(self)
        return self._line is not None

    def _tell(self, text: str) -> None:
        self.network.tell(self.kind, text)

    def leave(self) -> None:
        """Take it away from the venue."""
        if self._line is not None:
            self._line.leave()
            self._gone()

    def _gone(self) -> None:
        if self._line is not None:
            self._line = None
            self.network.streams.remove(self)

    def tell(self, text: str, lag_secs: float) -> None:
        """Take a message from the venue; it arrives after those told earlier."""
        due = self._loop.time() + self.network.delay_secs() + lag_secs
        self._last = max(self._last + BETWEEN_SECS, due)
        line = self._line
        self._loop.call_at(self._last, lambda: self._arrive(text, line))

    def _arrive(self, text: str, line: Line | None) -> None:
        # What was under way when the connection broke is lost.
        if line is not None and self._line is line and not self._is_closed:
            self._tell(text)
            self._handler(text.encode())

    def break_off(self) -> None:
        """Open the stream again."""
        self._tell("broke")
        self._gone()
        if not self._is_closed:
            self._opening = self._loop.create_task(self._open_again())

    async def _open_again(self) -> None:
        delay = 0.0
        while not await self.open_once():
            if self._is_closed:
                return
            await asyncio.sleep(AFTER_REFUSAL_SECS + (delay and delay + self.network.jitter_secs()))
            delay = min(delay * DELAY_FACTOR, LONGEST_DELAY_SECS) if delay else FIRST_DELAY_SECS
        await asyncio.sleep(RECONNECTED_AFTER_SECS)
        if self._reopened is not None and not self._is_closed:
            self._reopened()

    def is_active(self) -> bool:
        """Whether it is open."""
        return self._line is not None

    def is_reconnecting(self) -> bool:
        """Whether it is being opened again."""
        return self._line is None and not self._is_closed

    def is_disconnecting(self) -> bool:
        """Never: closing takes no time."""
        return False

    def is_closed(self) -> bool:
        """Whether it was closed."""
        return self._is_closed

    async def disconnect(self) -> None:
        """Close it for good."""
        self._is_closed = True
        if self._line is not None:
            self._tell("closed")
            self.leave()


class SimulatedMarket(SimulatedStream):
    """A stream of market data, whose client says what it wants to hear."""

    kind: ClassVar = "market"

    async def send_text(self, text: bytes) -> None:
        """Say something to the venue; what is said while the connection is broken is lost."""
        line = self._line
        if line is not None:
            self.network.after(self.network.delay_secs(), lambda: line.hear(text.decode()))


def http_client(network: Network) -> type[SimulatedHttpClient]:
    """Return the class of HTTP clients that use a network."""
    return type("SimulatedHttpClient", (SimulatedHttpClient,), {"network": network})


def stream_client(network: Network) -> type[SimulatedStream]:
    """Return the class of user streams that use a network."""
    return type("SimulatedStream", (SimulatedStream,), {"network": network})


def market_client(network: Network) -> type[SimulatedMarket]:
    """Return the class of streams of market data that use a network."""
    return type("SimulatedMarket", (SimulatedMarket,), {"network": network})
