"""The user data stream: every change of an order, told to whoever listens, in the words of their wire."""

from collections.abc import Callable, Iterable
from typing import Protocol

from msgspec import Struct

from reconciliation.venue.records import Event
from reconciliation.venue.state import VenueState

type Words = Callable[[Event, int], Iterable[str]]
"""Puts an event into messages, given the venue's time in milliseconds since the epoch."""


class Listener(Protocol):
    """The venue's end of one socket."""

    def tell(self, text: str, lag_secs: float) -> None:
        """Send a message, so many seconds later than usual; never before one that was told earlier."""

    def break_off(self) -> None:
        """Break the connection without a closing handshake."""


class Ear(Struct, eq=False):
    """One open socket.

    Attributes:
        listener: its other end.
        words: what it hears of an event.
        stream: that it listens to.
        is_frozen: the other side has gone without a word, or hears nothing although its socket is open.
    """

    listener: Listener
    words: Words
    stream: "UserStream"
    is_frozen: bool = False

    def hear(self, text: str) -> None:
        """Take what the other end says: a user stream listens to nothing."""

    def leave(self) -> None:
        """Tell the other end nothing more."""
        self.stream.forget(self)

    def tell(self, text: str) -> None:
        """Send a message as the stream is now: late, more than once, or not at all."""
        for _ in range(0 if self.is_frozen else self.stream.copies):
            self.listener.tell(text, self.stream.lag_secs)


class UserStream:
    """All open user stream sockets of the account, whatever their wire.

    A message goes to every socket the moment the ledger changed, so each socket hears the changes in the ledger's
    order; what is told while there is no socket, or while the stream is muted, is lost.

    Args:
        state: the venue's clock, for the messages' event time.

    Attributes:
        muted: whether sockets stay open but hear nothing.
        lag_secs: how late messages are.
        copies: how often each message is told.
    """

    def __init__(self, state: VenueState) -> None:
        self.muted = False
        self.lag_secs = 0.0
        self.copies = 1
        self._state = state
        self._ears: list[Ear] = []
        self._latest: tuple[tuple[Event, ...], int] = ((), 0)

    @property
    def sockets(self) -> int:
        """How many sockets are open."""
        return len(self._ears)

    def open(self, listener: Listener, words: Words) -> Ear:
        """Take a socket in."""
        ear = Ear(listener, words, self)
        self._ears.append(ear)
        return ear

    def heard_as(self, words: Words) -> tuple[Ear, ...]:
        """The open sockets that hear these words."""
        return tuple(ear for ear in self._ears if ear.words is words)

    def forget(self, ear: Ear) -> None:
        """Take a socket out again."""
        if ear in self._ears:
            self._ears.remove(ear)

    def tell(self, events: Iterable[Event]) -> None:
        """Tell every socket what the stream says about these events."""
        self._latest = tuple(events), self._state.now_ms()
        if not self.muted:
            self._say()

    def tell_again(self, copies: int) -> None:
        """Tell every socket so often what was told last, also if nobody heard it then."""
        for _ in range(copies):
            self._say()

    def _say(self) -> None:
        events, told_ms = self._latest
        for event in events:
            for ear in self._ears:
                for text in ear.words(event, told_ms):
                    ear.tell(text)

    def freeze(self) -> int:
        """Let the sockets there are hear nothing more, without breaking them; answer how many."""
        for ear in self._ears:
            ear.is_frozen = True
        return len(self._ears)

    def drop(self, ears: Iterable[Ear] | None = None) -> int:
        """Break sockets, all where none are named, without a closing handshake, as a network failure does.

        Returns:
            How many.
        """
        dropped = [ear for ear in self._ears if ears is None or ear in ears]
        for ear in dropped:
            self.forget(ear)
            ear.listener.break_off()
        return len(dropped)
