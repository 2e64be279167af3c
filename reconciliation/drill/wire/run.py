"""A run over the wire: one schedule, one process after another, one venue, in real time."""

import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from reconciliation.drill.carrier import RESTARTED_AFTER_SECS, Heard, Pause
from reconciliation.drill.placing import NEIGHBOURS_TRADER, beside, placed
from reconciliation.drill.schedule import NEIGHBOURS, Schedule
from reconciliation.drill.stage import Played
from reconciliation.drill.walk import Walk
from reconciliation.drill.wire.life import Part
from reconciliation.drill.wire.node import WireNode
from reconciliation.drill.wire.store import WireStore
from reconciliation.embedded.venue import VenueProcess
from reconciliation.engine.books import Books
from reconciliation.engine.simulation import Entry
from reconciliation.node.user_code import Configure
from reconciliation.settings import Settings

if TYPE_CHECKING:
    from reconciliation.embedded.venue_answers import VenueLedger

LOOK_EVERY_SECS: Final = 0.05
JITTER_SECS: Final = 1.0
"""Runs wait side by side, and a machine that they keep busy is late now and then."""
ACCOUNT: Final = ("http_url", "stream_url", "api_key", "api_secret")
_TAGS: Final = ("D01", "D02")
_NEIGHBOURS_TAGS: Final = (NEIGHBOURS.partition("-")[2],)


class WireRun:
    """One run, which carries itself.

    Args:
        settings: what was resolved; venue, cache and claims are the run's own.
        schedule: what happens. How many writes a kill loses is not for it to say here.
        configure: the user's own function, whose strategies live beside the drill's.

    Attributes:
        ledger: the venue's, in the end.
        trace: what happened to the node and what was done, in its order.
    """

    def __init__(self, settings: Settings, schedule: Schedule, configure: Configure | None = None) -> None:
        self._settings = settings
        self._schedule = schedule
        self._configure = configure
        self._account: Mapping[str, str] = {}
        self.jitter_secs = JITTER_SECS
        self.heard = Heard()
        self.trace: list[Entry] = []
        self.neighbour: WireNeighbour | None = None
        self.ended_by: str | None = None
        self._node: WireNode | None = None
        self._is_started = self._is_kept_up = False
        self._restart_at: float | None = None
        self._asked: Counter[str] = Counter()
        self._is_waiting = False

    def play(self) -> Played:
        """Play it to its end; no process is left then, whatever happens.

        Raises:
            ProcessFailedError: a process does not do what it is there for.
            EmbeddedCacheError: the database cannot be started.
        """
        begun = time.monotonic()
        with ExitStack() as stack:
            self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="recon-drill-")))
            venue = stack.enter_context(VenueProcess())
            self.store = stack.enter_context(WireStore(self._settings.node.trader_id))
            self.control = venue.control
            self._account = {name: getattr(venue, name) for name in ACCOUNT}
            self._settings = placed(self._settings, self._schedule, venue=self._account, cache_url=self.store.url)
            stack.callback(self._end)
            walk = Walk(self._settings, self._schedule, self)
            for pause in walk.steps():
                self._wait(pause)
            self.ledger: VenueLedger = self.control.ledger()
            return walk.played(secs=time.monotonic() - begun)

    def _end(self) -> None:
        for node in self._nodes():
            node.kill()

    # -- Time ----------------------------------------------------------------------------------------

    def _wait(self, pause: Pause) -> None:
        deadline = time.monotonic() + pause.secs
        self._is_waiting = True
        self._look()
        while not pause.until() and (left := deadline - time.monotonic()) > 0:
            pipes = [node.pipe for node in self._nodes()]
            if not wait(pipes, min(left, LOOK_EVERY_SECS)) and not pipes:
                time.sleep(min(left, LOOK_EVERY_SECS))
            self._look()
        self._is_waiting = False
        self._count_calls()

    def _nodes(self) -> list[WireNode]:
        lives = (self._node, self.neighbour.node if self.neighbour else None)
        return [node for node in lives if node is not None and node.is_alive]

    def _look(self) -> None:
        """See what has happened, and do what is due."""
        self.store.tend()
        if self.neighbour is not None:
            self.neighbour.look()
        if self._node is not None:
            for what, *given in self._node.messages():
                self._take(what, *given)
            if not self._node.is_alive:
                self._node, self._is_started = None, False
                if self._is_kept_up:
                    self._restart_at = time.monotonic() + RESTARTED_AFTER_SECS
        elif self._restart_at is not None and time.monotonic() >= self._restart_at:
            self._live()

    def _take(self, what: str, *given: Any) -> None:
        match what:
            case "event":
                name, secs, reason = given
                self._is_started = self._is_started or name == "Started"
                if name == "NotStarted":
                    self.heard.refused.append(reason)
                self.heard.happened(name, secs)
                self.note("node", f"{name} {reason}".rstrip())
            case "change":
                self.heard.changes += 1
                self.note("engine", given[0])
            case "ended":
                reason, refused = given
                self.ended_by = reason
                if refused:  # before there was a node that could have told
                    self.heard.refused.append(reason)
                self.note("node", f"ended: {reason}")

    def _count_calls(self) -> None:
        self._asked = Counter(call.call for call in self.control.requests())

    def _live(self) -> None:
        self.heard.boots += 1
        self.ended_by, self._restart_at = None, None
        part = self._part(self._settings, _TAGS, self._configure)
        self._node = WireNode(part, self._folder / f"engine-{self.heard.boots}.log")

    def _part(self, settings: Settings, tags: Iterable[str], configure: Configure | None = None) -> Part:
        venue = self._schedule.venue
        return Part(settings=settings, tags=tags, configure=configure, venue=venue, account=self._account)

    # -- What the walk asks for ----------------------------------------------------------------------

    @property
    def now_ns(self) -> int:
        """The clock, nanoseconds since the epoch."""
        return time.time_ns()

    @property
    def is_alive(self) -> bool:
        """Whether a node lives, started or not."""
        return self._node is not None

    @property
    def is_started(self) -> bool:
        """Whether a node lives whose trader runs."""
        return self._is_started

    def note(self, kind: str, text: str) -> None:
        """Add to what happened."""
        self.trace.append(Entry(self.now_ns, kind, text))

    def asked(self, call: str) -> int:
        """Return how often a call has reached the venue: until now in a pause, else until the last one was over.

        What is done between two pauses happens at once, and a call that it brings is one that is still to come.
        """
        if self._is_waiting:
            self._count_calls()
        return self._asked[call]

    def boot(self) -> None:
        """Have a node live from now on, and another again whenever one ends by itself."""
        self._is_kept_up = True
        if self._node is None:
            self._live()

    def stop(self) -> bool:
        """Send the node SIGTERM and start none again; return whether one lived."""
        self._is_kept_up, self._restart_at = False, None
        if self._node is None:
            return False
        self._node.stop()
        return True

    def kill(self, lost_writes: int = 0) -> None:  # noqa: ARG002 - kernel and server decide
        """Send the node SIGKILL and start none again; what of its last writes is lost cannot be chosen."""
        self._is_kept_up, self._restart_at = False, None
        if self._node is not None:
            self._node.kill()

    def command(self, strategy: str, told: Mapping[str, Any]) -> None:
        """Have a strategy of either node do something; nothing where it does not run."""
        node = self._node
        if strategy == NEIGHBOURS and self.neighbour is not None:
            node = self.neighbour.node
        if node is not None:
            node.tell("do", strategy, told)

    def books(self) -> Books:
        """Return what the node holds; nothing where it has ended."""
        return Books() if self._node is None else self._node.books()

    def take_over(self, secs: float) -> None:
        """Let another node hold the node's leases for so long."""
        self.store.take_over(secs)

    def turn_neighbour(self, *, runs: bool) -> None:
        """Start another node on the account, or have it stop."""
        if not runs and self.neighbour is not None:
            self.neighbour.stop()
        elif runs:
            part = self._part(beside(self._settings), _NEIGHBOURS_TAGS)
            self.neighbour = WireNeighbour(WireNode(part, self._folder / "neighbour.log"))


class WireNeighbour:
    """Another node on the account.

    Args:
        node: which has just begun.
    """

    def __init__(self, node: WireNode) -> None:
        self.trader_id = NEIGHBOURS_TRADER
        self.since_ms = time.time_ns() // 1_000_000
        self.node = node
        self.is_wanted = True
        self._is_started = False

    def stop(self) -> None:
        """Send it SIGTERM."""
        self.is_wanted = False
        self.node.stop()

    def look(self) -> None:
        """See what has happened to it."""
        for what, *given in self.node.messages():
            self._is_started = self._is_started or (what, given[0]) == ("event", "Started")

    def books(self) -> Books | None:
        """Return what it holds; None while it does not run."""
        return self.node.books() if self._is_started and self.node.is_alive else None
