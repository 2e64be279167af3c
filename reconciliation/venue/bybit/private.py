"""The private socket: after a login it tells of orders, executions, positions and the wallet."""

from collections.abc import Iterator
from typing import Any, Final

from reconciliation.venue.bybit.shapes import messages
from reconciliation.venue.bybit.socket import Login, TopicSocket
from reconciliation.venue.records import Event
from reconciliation.venue.stream import Listener, UserStream

TOPICS: Final = frozenset({"order", "execution", "position", "wallet"})


class PrivateSocket(TopicSocket):
    """One private socket: an ear of the account's user stream.

    Args:
        listener: its other end.
        stream: what it hears.
        login: not made yet.
    """

    def __init__(self, listener: Listener, stream: UserStream, login: Login) -> None:
        super().__init__(listener)
        self._login = login
        self._ear = stream.open(listener, self._words)

    def take(self, op: str, asked: dict[str, Any]) -> None:
        """Take a login, or what every socket takes; nothing where it is half open."""
        if self._ear.is_frozen:
            return
        if op != "auth":
            super().take(op, asked)
            return
        refusal = self._login.refusal(asked)
        message = "" if refusal is None else refusal.message
        self._acknowledge(asked, message, success=refusal is None)

    def refusal(self, asked: dict[str, Any]) -> str:
        """Refuse topics before the login, and those that there are not."""
        if not self._login.is_done:
            return "Request not authorized"
        unknown = [str(topic) for topic in asked.get("args", ()) if topic not in TOPICS]
        return f"error:handler not found,topic:{unknown[0]}" if unknown else ""

    def leave(self) -> None:
        """Take the socket away from the stream."""
        self._ear.leave()

    def _words(self, event: Event, now_ms: int) -> Iterator[str]:
        return (text for topic, text in messages(event, now_ms) if topic in self.topics)
