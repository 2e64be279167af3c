"""What every socket of the exchange has: pings, a login, and requests by their `op`."""

import json
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from reconciliation.venue.bybit.refusals import Refusal
from reconciliation.venue.bybit.signatures import check_login
from reconciliation.venue.credentials import KeyPair
from reconciliation.venue.stream import Listener

_numbers: Iterator[int] = count(1)


class Socket:
    """One open socket.

    Args:
        listener: its other end.
        leave: takes it away from the wire, where that keeps it.
    """

    def __init__(self, listener: Listener, leave: Callable[["Socket"], None] = lambda _: None) -> None:
        self.listener = listener
        self._leave = leave
        self.connection = f"local-{next(_numbers)}"

    def hear(self, text: str) -> None:
        """Carry out what the other end asks; what is not understood is refused."""
        try:
            asked = json.loads(text)
            op = str(asked["op"])
        except (ValueError, KeyError, TypeError):
            self.tell({"success": False, "ret_msg": "Params Error", "conn_id": self.connection, "op": ""})
            return
        self.take(op, asked)

    def take(self, op: str, asked: dict[str, Any]) -> None:
        """Carry out a request."""
        raise NotImplementedError

    def tell(self, message: dict[str, Any]) -> None:
        """Send an answer, whatever happens to the stream."""
        self.listener.tell(json.dumps(message), 0.0)

    def leave(self) -> None:
        """Take the socket away."""
        self._leave(self)


class TopicSocket(Socket):
    """A socket whose other end subscribes to topics."""

    def __init__(self, listener: Listener, leave: Callable[["Socket"], None] = lambda _: None) -> None:
        super().__init__(listener, leave)
        self.topics: set[str] = set()

    def take(self, op: str, asked: dict[str, Any]) -> None:
        """Answer a ping, or change what is listened to."""
        change = {"subscribe": self.topics.update, "unsubscribe": self.topics.difference_update}.get(op)
        if op == "ping":
            self._acknowledge(asked, "pong")
        elif change is None:
            self._acknowledge(asked, f"unknown op {op}", success=False)
        elif refusal := self.refusal(asked):
            self._acknowledge(asked, refusal, success=False)
        else:
            change({str(topic) for topic in asked.get("args", ())})
            self._acknowledge(asked, "")

    def refusal(self, asked: dict[str, Any]) -> str:  # noqa: ARG002 - a socket that asks for more looks
        """Return why topics are not to be had; nothing where they are."""
        return ""

    def _acknowledge(self, asked: dict[str, Any], message: str, *, success: bool = True) -> None:
        told = {"success": success, "ret_msg": message, "op": asked["op"], "conn_id": self.connection}
        self.tell(told | {"req_id": asked.get("req_id", "")})


class Login:
    """Whether a socket has proved whose it is.

    Args:
        keys: the account's key pair.
        now_ms: the venue's clock, milliseconds since the epoch.
    """

    def __init__(self, keys: KeyPair, now_ms: Callable[[], int]) -> None:
        self._keys = keys
        self._now_ms = now_ms
        self.is_done = False

    def refusal(self, asked: dict[str, Any]) -> Refusal | None:
        """Take a login; return why it is refused, None where it is not."""
        try:
            check_login(self._keys, asked.get("args", ()), self._now_ms())
        except Refusal as refusal:
            return refusal
        self.is_done = True
        return None
