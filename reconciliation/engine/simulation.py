"""A node in virtual time, by what any generation of the engine can do of it.

All of the engine, the adapter, the guards, the rules and the boot is the real code. Replaced are the clock, the
transports and the socket of the cache's database, so that a run is a function of its inputs: hours take seconds, and a
seed replays exactly.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from msgspec import Struct


class KilledError(BaseException):
    """The process that lived was killed; nothing of it was stopped."""


class Reply(Protocol):
    """What a venue answers over a connection."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def body(self) -> bytes:
        """As it stands."""


class Listener(Protocol):
    """The end of a stream that a venue tells."""

    def tell(self, text: str, lag_secs: float) -> None:
        """Take a message, so many seconds later than usual; never before one that was told earlier."""

    def break_off(self) -> None:
        """Notice that the connection broke."""


class Line(Protocol):
    """A venue's end of a stream."""

    def hear(self, text: str) -> None:
        """Take what the other end says."""

    def leave(self) -> None:
        """Tell the other end nothing more."""


class Handling(Protocol):
    """What becomes of a call that has reached a venue, whoever still waits for it."""

    @property
    def delay_secs(self) -> float:
        """After so long it is answered."""

    @property
    def answer(self) -> Callable[[], Reply | None]:
        """Answers it then; None breaks the connection."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What the answer tells beside its body."""


class SimulatedVenue(Protocol):
    """A venue that answers without a socket."""

    def receive(self, method: str, target: str, headers: Mapping[str, str]) -> Handling:
        """Take a REST call in: its method, its path with the query, and its headers."""

    def listen(self, target: str, listener: Listener) -> Line | None:
        """Open a stream by its path with the query; None where it is refused."""


class Entry(Struct, frozen=True):
    """One thing that happened.

    Attributes:
        ns: virtual time, nanoseconds since the epoch.
        kind: `request`, `answer`, `stream`, `market`, `database`, `engine`, `node`, `drill`.
        text: what, in one line; ids that are drawn at random are numbered as they come up.
    """

    ns: int
    kind: str
    text: str


class Database(Protocol):
    """The store behind the cache of one trader; it outlives the node."""

    def histories(self) -> Mapping[str, tuple[bytes, ...]]:
        """Return the order and position histories, event by event, by key such as `orders:O-1`."""

    def lose_last(self, writes: int) -> None:
        """Forget the last writes of the process that lives, as one that is killed does with what it had not sent."""

    def forget_log(self) -> None:
        """Keep what was written and no log of it: none of it can be lost any more."""

    def clear(self) -> None:
        """Forget everything, as a server does that is restarted without its data."""

    def interrupt(self, secs: float) -> None:
        """Take no writes for so long; what the client holds back meanwhile is written then, but the first."""

    def slow_down(self, secs: float) -> None:
        """Take every write so much later from now on."""

    @property
    def is_away(self) -> bool:
        """Whether it takes nothing now."""

    @property
    def restarts(self) -> int:
        """How often it was started again without its data."""

    def read(self, key: str) -> list[bytes]:
        """Return what a key holds: the events of a history, the members of an index, or one value."""

    def fields(self, key: str) -> Mapping[bytes, bytes]:
        """Return what an index holds that is a hash."""

    def put(self, key: str, events: tuple[bytes, ...]) -> None:
        """Replace a history at once."""


class Simulation(Protocol):
    """Virtual time and everything that lives in it.

    Attributes:
        is_traced: whether what happens is kept and goes into the digest; a month of it has no room in memory.
    """

    is_traced: bool

    @property
    def now_ns(self) -> int:
        """Virtual time, nanoseconds since the epoch."""

    @property
    def trace(self) -> list[Entry]:
        """Everything that happened so far."""

    @property
    def digest(self) -> str:
        """A digest of everything that happened so far, in hexadecimal."""

    def note(self, kind: str, text: str) -> None:
        """Add to what happened."""

    def at(self, ns: int, action: Callable[[], None]) -> None:
        """Have something done at a time, between two turns of whatever loop runs then."""

    def hear(self, hearer: Callable[[Entry], None]) -> None:
        """Tell somebody of everything that happens from now on."""

    def idle(self) -> None:
        """Let time move on to the next action while no process lives."""

    def live(self, main: Callable[[], Awaitable[Any]]) -> Any:
        """Run one process from its start to its end and return what its main coroutine returns.

        Raises:
            KilledError: it was killed.
        """

    def kill(self) -> None:
        """Kill the process that lives; only in an action of `at`."""

    def database(self, trader_id: str) -> Database:
        """Return the store of a trader."""
