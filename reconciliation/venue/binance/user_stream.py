"""The user stream, which is opened by a listen key that has to be kept alive."""

import json
from collections.abc import Iterator
from typing import Final

from reconciliation.venue.binance.shapes import listen_key_expired, messages
from reconciliation.venue.credentials import KeyPair
from reconciliation.venue.records import Event
from reconciliation.venue.state import VenueState
from reconciliation.venue.stream import Ear, Listener, UserStream

PATH: Final = "/ws"


class KeyedStream:
    """The sockets that hear this exchange's words, and the account's one listen key.

    Args:
        stream: which it lets in.
        keys: whose listen key opens a socket.
        state: the venue's clock, for the messages' event time.

    Attributes:
        key_lives: whether somebody opened the listen key, and it has neither been closed nor expired.
    """

    def __init__(self, stream: UserStream, keys: KeyPair, state: VenueState) -> None:
        self.key_lives = False
        self._stream = stream
        self._keys = keys
        self._state = state

    def open_key(self) -> str:
        """Open the account's listen key, or prolong it."""
        self.key_lives = True
        return self._keys.listen_key

    def close_key(self) -> None:
        """Close the listen key, and with it every socket that it opened."""
        self.key_lives = False
        self._stream.drop(self._stream.heard_as(_words))

    def expire_key(self) -> None:
        """Let the listen key expire: sockets are told so, and hear nothing more."""
        self.key_lives = False
        text = json.dumps(listen_key_expired(self._keys.listen_key, self._state.now_ms()))
        for ear in self._stream.heard_as(_words):
            ear.tell(text)
            ear.is_frozen = True

    def open(self, listener: Listener, listen_key: str | None) -> Ear | None:
        """Take a socket in; None without the account's key.

        A client whose socket broke because the venue restarted comes back with the key it has.
        """
        if listen_key != self._keys.listen_key:
            return None
        return self._stream.open(listener, _words)


def _words(event: Event, now_ms: int) -> Iterator[str]:
    return map(json.dumps, messages(event, now_ms))
