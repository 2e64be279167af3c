"""What a wire is: one exchange's way to put the account into words. Each has a room of its own."""

from collections.abc import Callable, Collection, Mapping
from typing import Protocol
from urllib.parse import parse_qsl

from msgspec import Struct

from reconciliation.venue.faults import Answer
from reconciliation.venue.stream import Listener

type After = Callable[[float, Callable[[], None]], object]
"""Has something done after so many seconds."""


class Request(Struct, frozen=True, kw_only=True):
    """A REST call as it came in.

    Attributes:
        query: raw, as it stands in the request line.
        headers: by name; the server's are found whatever their case.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def name(self) -> str:
        """Method and path, `GET /fapi/v1/openOrders`."""
        return f"{self.method} {self.path}"


class Line(Protocol):
    """The venue's end of a stream."""

    def hear(self, text: str) -> None:
        """Take what the other end says."""

    def leave(self) -> None:
        """Tell the other end nothing more."""


class Wire(Protocol):
    """One exchange's REST calls and streams, over the account that all wires share."""

    @property
    def calls(self) -> Collection[str]:
        """The names of the calls that a fault can be meant for."""

    def serves(self, path: str) -> bool:
        """Whether a path is one of its own, be there a call of that name or not."""

    def params(self, request: Request) -> dict[str, str]:
        """Return what a call says, as the log shows it, without its signature."""

    def answer(self, request: Request) -> Answer:
        """Carry out a call, or refuse it in the exchange's words."""

    def headers(self, request: Request) -> Mapping[str, str]:
        """Return what the answer to a call tells beside its body."""

    def listen(self, path: str, query: str, listener: Listener) -> Line | None:
        """Open a stream; None where there is none, or it is refused."""

    def expire(self) -> None:
        """Let what keeps its user stream open expire, where it needs such a thing."""

    def drop(self) -> None:
        """Break its streams but the user stream's without a closing handshake, as a network failure does."""


def query_values(query: str) -> dict[str, str]:
    """The parameters of a raw query string; of a repeated one the last."""
    return dict(parse_qsl(query, keep_blank_values=True))
