"""What carries a run: virtual time, or processes and sockets. The walk through a schedule knows no more than this."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from msgspec import Struct, field

from reconciliation.embedded.venue_control import VenueControl
from reconciliation.engine.books import Books

NS: Final = 1_000_000_000
RESTARTED_AFTER_SECS: Final = 5.0
"""What a supervisor waits before it starts a node that ended."""


def _never() -> bool:
    return False


class Pause(Struct, frozen=True, eq=False):
    """Nothing is to be done for so long, or until something is so.

    Attributes:
        secs: at the longest.
        until: asked whenever something happened.
    """

    secs: float
    until: Callable[[], bool] = _never


class Heard(Struct):
    """What was heard of a run's nodes, lives and all; the neighbour's left out.

    Attributes:
        boots: how often one was started.
        refused: why one refused to start, each time.
        times: when an event of its life came last, by its name, seconds since the epoch.
        events: how often each came.
        changes: how many events of orders and positions there were.
    """

    boots: int = 0
    refused: list[str] = field(default_factory=list)
    times: dict[str, float] = field(default_factory=dict)
    events: Counter[str] = field(default_factory=Counter)
    changes: int = 0

    def happened(self, event: str, secs: float) -> None:
        """Note an event of a node's life."""
        self.times[event] = secs
        self.events[event] += 1


class Store(Protocol):
    """The database behind the node's cache; it outlives the node."""

    def histories(self) -> Mapping[str, tuple[bytes, ...]]:
        """Return the order and position histories, event by event, by key such as `orders:O-1`."""

    def clear(self) -> None:
        """Forget everything, as a server does that is restarted without its data."""

    def interrupt(self, secs: float) -> None:
        """Be away for so long."""

    def slow_down(self, secs: float) -> None:
        """Take every write later from now on; at 0 at once."""


class Beside(Protocol):
    """Another node on the account.

    Attributes:
        trader_id: its own.
        since_ms: when it was started, milliseconds since the epoch.
    """

    trader_id: str
    since_ms: int

    @property
    def is_wanted(self) -> bool:
        """Whether nobody has stopped it."""

    def books(self) -> Books | None:
        """Return what it holds; None while it does not run."""


class Carrier(Protocol):
    """A venue, a database, and a node that is started, stopped and killed."""

    @property
    def control(self) -> VenueControl:
        """The venue's."""

    @property
    def store(self) -> Store:
        """The node's database."""

    @property
    def heard(self) -> Heard:
        """What was heard so far."""

    @property
    def neighbour(self) -> Beside | None:
        """The other node, once it was started."""

    @property
    def jitter_secs(self) -> float:
        """How late a call may reach the venue where the machine is busy."""

    @property
    def now_ns(self) -> int:
        """The time of the run, nanoseconds since the epoch."""

    @property
    def is_alive(self) -> bool:
        """Whether a node lives, started or not."""

    @property
    def is_started(self) -> bool:
        """Whether a node lives whose trader runs."""

    @property
    def ended_by(self) -> str | None:
        """Why the last life ended by itself; None where it did not, or another has begun."""

    def note(self, kind: str, text: str) -> None:
        """Add to what happened."""

    def asked(self, call: str) -> int:
        """Return how often a node has asked the venue a call so far."""

    def boot(self) -> None:
        """Have a node live from now on, and another again whenever one ends by itself."""

    def stop(self) -> bool:
        """Send the node SIGTERM and start none again; return whether one lived."""

    def kill(self, lost_writes: int = 0) -> None:
        """Kill the node at the next pause, and start none again.

        Args:
            lost_writes: how many of the database's last writes are lost, where that can be chosen.
        """

    def command(self, strategy: str, told: Mapping[str, Any]) -> None:
        """Have a strategy of either node do something; nothing where it does not run."""

    def books(self) -> Books:
        """Return what the node holds; what it held last where it has ended."""

    def take_over(self, secs: float) -> None:
        """Let another node hold the node's leases for so long."""

    def turn_neighbour(self, *, runs: bool) -> None:
        """Start another node on the account, or have it stop."""
