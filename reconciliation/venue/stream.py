"""The user data stream: every change of an order, told to whoever listens."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from reconciliation.venue.credentials import KeyPair
from reconciliation.venue.records import Event
from reconciliation.venue.shapes import listen_key_expired, messages
from reconciliation.venue.state import VenueState

PATH: Final = "/ws"


class Listener(Protocol):
    """The venue's end of one socket."""

    def tell(self, text: str, lag_secs: float) -> None:
        """Send a message, so many seconds later than usual; never before one that was told earlier."""

    def break_off(self) -> None:
        """Break the connection without a closing handshake."""


@dataclass(eq=False, slots=True)
class Ear:
    """One open socket.

    Attributes:
        listener: its other end.
        stream: that it listens to.
        is_frozen: the other side has gone without a word, or hears nothing although its socket is open.
    """

    listener: Listener
    stream: "UserStream"
    is_frozen: bool = False

    def hear(self, text: str) -> None:
        """Take what the other end says: a user stream listens to nothing."""

    def leave(self) -> None:
        """Tell the other end nothing more."""
        self.stream.forget(self)


class UserStream:
    """All open user stream sockets of the account.

    A message goes to every socket the moment the ledger changed, so each socket hears the changes in the ledger's
    order; what is told while there is no socket, or while the stream is muted, is lost.

    Args:
        keys: whose listen key opens a socket.
        state: the venue's clock, for the messages' event time.

    Attributes:
        muted: whether sockets stay open but hear nothing.
        lag_secs: how late messages are.
        copies: how often each message is told.
    """

    def __init__(self, keys: KeyPair, state: VenueState) -> None:
        self.muted = False
        self.lag_secs = 0.0
        self.copies = 1
        self._keys = keys
        self._state = state
        self._key_lives = False
        self._ears: list[Ear] = []
        self._latest: list[str] = []

    @property
    def sockets(self) -> int:
        """How many sockets are open."""
        return len(self._ears)

    @property
    def key_lives(self) -> bool:
        """Whether somebody opened the listen key, and it has neither been closed nor expired."""
        return self._key_lives

    def open_key(self) -> str:
        """Open the account's listen key, or prolong it."""
        self._key_lives = True
        return self._keys.listen_key

    def close_key(self) -> None:
        """Close the listen key, and with it every socket."""
        self._key_lives = False
        self.drop()

    def expire_key(self) -> None:
        """Let the listen key expire: sockets are told so, and hear nothing more."""
        self._key_lives = False
        text = json.dumps(listen_key_expired(self._keys.listen_key, self._state.now_ms()))
        self._say([text])
        self.freeze()

    def accepts(self, listen_key: str | None) -> bool:
        """Whether a socket with that key may be opened.

        A client whose socket broke because the venue restarted comes back with the key it has.
        """
        return listen_key == self._keys.listen_key

    def open(self, listener: Listener) -> Ear:
        """Take a socket in."""
        ear = Ear(listener, self)
        self._ears.append(ear)
        return ear

    def forget(self, ear: Ear) -> None:
        """Take a socket out again."""
        if ear in self._ears:
            self._ears.remove(ear)

    def tell(self, events: Iterable[Event]) -> None:
        """Tell every socket what the stream says about these events."""
        now_ms = self._state.now_ms()
        self._latest = [json.dumps(message) for event in events for message in messages(event, now_ms)]
        if not self.muted:
            self._say(self._latest)

    def tell_again(self, copies: int) -> None:
        """Tell every socket so often what was told last, also if nobody heard it then."""
        for _ in range(copies):
            self._say(self._latest)

    def _say(self, texts: Iterable[str]) -> None:
        for text in texts:
            for ear in self._ears:
                for _ in range(0 if ear.is_frozen else self.copies):
                    ear.listener.tell(text, self.lag_secs)

    def freeze(self) -> int:
        """Let the sockets there are hear nothing more, without breaking them; answer how many."""
        for ear in self._ears:
            ear.is_frozen = True
        return len(self._ears)

    def drop(self) -> int:
        """Break every socket without a closing handshake, as a network failure does; answer how many."""
        dropped, self._ears = self._ears, []
        for ear in dropped:
            ear.listener.break_off()
        return len(dropped)
