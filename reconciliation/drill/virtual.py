"""A run in virtual time: one schedule, one node after another, one venue."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from reconciliation.drill.carrier import NS, RESTARTED_AFTER_SECS, Heard, Pause
from reconciliation.drill.neighbour import Neighbour
from reconciliation.drill.placing import placed
from reconciliation.drill.schedule import NEIGHBOURS, Schedule
from reconciliation.drill.scrapes import PERIOD_SECS, Scrapes
from reconciliation.drill.stage import Played
from reconciliation.drill.virtual_cache import Unsettled, VirtualCacheWatch, VirtualKeys, VirtualLease, unsupervised
from reconciliation.drill.walk import Walk
from reconciliation.embedded.failures import ProcessFailedError
from reconciliation.embedded.venue_control import Call, VenueControl
from reconciliation.engine.books import Books
from reconciliation.engine.builder import NodeBuilder
from reconciliation.engine.generation import generation
from reconciliation.engine.lifecycle import Event, NotStarted, SettingsWarned
from reconciliation.engine.simulation import Database, Entry, KilledError
from reconciliation.errors import ReconError, UnusableError
from reconciliation.node.draft import draft
from reconciliation.node.node import Node
from reconciliation.node.observation import Observation
from reconciliation.node.outside import Outside
from reconciliation.node.preflight.outcome import Outcome
from reconciliation.node.signals import StopRequest
from reconciliation.node.user_code import Configure, called_with_builder
from reconciliation.rules.plan import Plan
from reconciliation.settings import Settings
from reconciliation.strategies.driven import Driven, driven
from reconciliation.venue.credentials import KeyPair
from reconciliation.venue.errors import RequestRefused
from reconciliation.venue.exchange import Exchange

START_NS: Final = 1_800_000_000_000_000_000
KEYS: Final = KeyPair(api_key="a" * 64, api_secret="b" * 64)  # of a venue that exists for one run
_VENUE: Final = {
    "http_url": "http://127.0.0.1:1",
    "stream_url": "ws://127.0.0.1:1",
    "api_key": KEYS.api_key,
    "api_secret": KEYS.api_secret,
}


class VirtualRun:
    """One run, which carries itself.

    Args:
        settings: what was resolved; venue, cache and claims are the run's own.
        schedule: what happens.
        configure: the user's own function, whose strategies live beside the drill's.
        scrapes: where its metrics are kept; nobody observes its nodes when absent.

    Attributes:
        exchange: the venue.
        world: where venue and nodes live.
        control: the venue's.
    """

    def __init__(
        self,
        settings: Settings,
        schedule: Schedule,
        configure: Configure | None = None,
        scrapes: Scrapes | None = None,
    ) -> None:
        observed = scrapes is not None
        self._settings = placed(settings, schedule, venue=_VENUE, cache_url="redis://127.0.0.1:1", observed=observed)
        self._scrapes = scrapes
        self._observation: Observation | None = None
        self._configure = configure
        self.exchange = Exchange(lambda: self.world.now_ns // 1_000_000, KEYS, after=self._after)
        self.world = generation().simulation(self.exchange, start_ns=START_NS, seed=schedule.seed)
        self.world.hear(self._hear)
        self.control = VenueControl(_in_process(self.exchange))
        self.jitter_secs = 0.0
        self.heard = Heard()
        self.neighbour: Neighbour | None = None
        self.is_alive = False
        self.ended_by: str | None = None
        self._asked: Counter[str] = Counter()
        self._node: Node | None = None
        self._strategies: dict[str, Driven] = {}
        self._lease: VirtualLease | None = None
        self._holders = self._taken_until_ns = 0
        self._stop = StopRequest()
        self._is_kept_up = self._is_wanted = self._is_doomed = self._is_over = False
        self._books = Books()
        self._walk = Walk(self._settings, schedule, self)
        self._steps = iter(self._walk.steps())
        self._pause: Pause | None = None

    def play(self) -> Played:
        """Play it to its end."""
        self.world.at(self.world.now_ns, self._go_on)
        if self._scrapes is not None:
            self._scrape(self._scrapes)
        while not self._is_over:
            if self._is_wanted:
                self._live()
            else:
                self.world.idle()
        return self._walk.played(secs=(self.world.now_ns - START_NS) / NS, digest=self.world.digest)

    # -- Time ----------------------------------------------------------------------------------------

    def _after(self, secs: float, action: Callable[[], None]) -> None:
        self.world.at(self.now_ns + int(secs * NS), action)

    def _go_on(self) -> None:
        """Walk on to the next pause."""
        self._pause = pause = next(self._steps, None)
        if pause is None:
            self._is_over, self._is_doomed, self._is_wanted = True, self._node is not None, False
            self._books = self.books()
        else:
            self._after(pause.secs, partial(self._end, pause))
        if self._is_doomed:
            self._is_doomed = False
            self.world.kill()

    def _end(self, pause: Pause) -> None:
        if self._pause is pause:
            self._go_on()

    def _notice(self) -> None:
        """End the pause if what it waits for has come."""
        if self._pause is not None and self._pause.until():
            self._pause = None
            self.world.at(self.now_ns, self._go_on)

    def _hear(self, entry: Entry) -> None:
        if entry.kind == "engine":
            self.heard.changes += 1
        elif entry.kind == "request":
            self._asked[entry.text.partition("?")[0]] += 1
        self._notice()

    def _scrape(self, scrapes: Scrapes) -> None:
        scrapes.scrape(self.now_ns / NS, self._observation)
        if not self._is_over:
            self._after(PERIOD_SECS, partial(self._scrape, scrapes))

    # -- Lives ---------------------------------------------------------------------------------------

    def _live(self) -> None:
        self.heard.boots += 1
        self._stop = StopRequest()
        self.is_alive, self.ended_by = True, None
        try:
            self.world.live(self._main)
        except KilledError:
            pass
        except ReconError as error:
            self.world.note("node", f"ended: {type(error).__name__}")
            if isinstance(error, UnusableError):  # before there was a node that could have told
                self.heard.refused.append(str(error))
            self.ended_by = str(error)
        self.is_alive = self._is_wanted = False
        self._node, self._strategies, self.neighbour = None, {}, None
        self._observation = self._lease = None
        self._notice()
        if self._is_kept_up:
            self._after(RESTARTED_AFTER_SECS, self._restart)

    def _restart(self) -> None:
        self._is_wanted = self._is_kept_up

    async def _main(self) -> None:
        drafted = draft(self._settings, self._configured)
        outside = Outside(
            preflight=self._preflight,
            take_leases=self._leased,
            watch_cache=partial(VirtualCacheWatch, self.store),
            trader_keys=partial(VirtualKeys, self.store),
            supervise=unsupervised,
            unloadable=lambda _: [],
            observe=self._observed,
            settle=Unsettled,
        )
        node = Node(drafted, observers=[self._observe], stop=self._stop, outside=outside)
        generation().hear_changes(node.trading_node, partial(self.world.note, "engine"))
        self._node = node
        try:
            await node.run_async()
        finally:
            self._books = self.books()
            self._node = None
            node.dispose()

    def _leased(self, *given: Any) -> VirtualLease:
        self._holders += 1
        is_free = self.now_ns >= self._taken_until_ns
        self._lease = VirtualLease(self._after, self._holders, *given, is_free=is_free)
        return self._lease

    def _observed(self, settings: Settings, planned: Plan, accounts: tuple[str, ...]) -> Observation:
        self._observation = Observation(settings, planned, accounts, lambda: self.now_ns / NS)
        return self._observation

    def _configured(self, builder: NodeBuilder) -> None:
        if self._configure is not None:
            called_with_builder(self._configure, builder)
        self._strategies = {strategy.id.value: strategy for strategy in driven()}
        for strategy in self._strategies.values():
            builder.add_strategy(strategy)

    def _observe(self, event: Event) -> None:
        if isinstance(event, SettingsWarned):
            return  # where settings stand and how they are spelled is nothing that happens in a run
        name = type(event).__name__
        reason = getattr(event, "reason", "")
        if isinstance(event, NotStarted):
            self.heard.refused.append(event.reason)
        self.heard.happened(name, self.now_ns / NS)
        self.world.note("node", f"{name} {reason}".rstrip())

    def _preflight(self, *_: object) -> list[Outcome]:
        """Look at the cache alone: what a venue is asked would move all that comes after it."""
        return [Outcome("cache", "fail", "the cache cannot be reached", "start it")] if self.store.is_away else []

    # -- What the walk asks for ----------------------------------------------------------------------

    @property
    def now_ns(self) -> int:
        """Virtual time, nanoseconds since the epoch."""
        return self.world.now_ns

    @property
    def store(self) -> Database:
        """The node's database."""
        return self.world.database(self._settings.node.trader_id)

    @property
    def trading_node(self) -> Any:
        """The engine's own node that lives; None while none does."""
        return None if self._node is None else self._node.trading_node

    @property
    def is_started(self) -> bool:
        """Whether a node lives whose trader runs."""
        return self._node is not None and self._node.is_started

    def note(self, kind: str, text: str) -> None:
        """Add to what happened."""
        self.world.note(kind, text)

    def asked(self, call: str) -> int:
        """Return how often a node has sent a call so far."""
        return self._asked[call]

    def boot(self) -> None:
        """Have a node live from now on, and another again whenever one ends by itself."""
        self._is_kept_up = self._is_wanted = True

    def stop(self) -> bool:
        """Ask the node to stop as SIGTERM does, and start none again; return whether one lived."""
        self._is_kept_up = False
        if not self.is_alive:
            self._is_wanted = False
            return False
        self._stop.make("SIGTERM")
        return True

    def kill(self, lost_writes: int = 0) -> None:
        """Kill the node at the next pause; its database loses so many of the last writes."""
        self._is_kept_up = self._is_wanted = False
        if self.is_alive:
            self.store.lose_last(lost_writes)
        if self._node is not None:
            self._books = Books()
            self._is_doomed = True

    def command(self, strategy: str, told: Mapping[str, Any]) -> None:
        """Have a strategy of either node do something; nothing where it does not run."""
        driven = self._strategies.get(strategy)
        if strategy == NEIGHBOURS and self.neighbour is not None:
            driven = self.neighbour.strategy
        if driven is not None and driven.is_running:
            driven.do(told)

    def books(self) -> Books:
        """Return what the node holds; what it held last where it has ended."""
        return self._books if self._node is None else generation().books(self._node.trading_node.cache)

    def take_over(self, secs: float) -> None:
        """Let another node hold the node's leases for so long."""
        self._taken_until_ns = self.now_ns + int(secs * NS)
        if self._lease is not None:
            self._lease.taken_over()

    def turn_neighbour(self, *, runs: bool) -> None:
        """Start another node beside the one that lives, or have it stop."""
        if not runs and self.neighbour is not None:
            self.neighbour.stop()
        elif runs and self._node is not None:
            self.neighbour = Neighbour(self._settings, self.world)


def _in_process(exchange: Exchange) -> Call:
    """Return what carries out the control calls of a venue that is in this process."""

    def call(method: str, path: str, body: bytes) -> Any:
        try:
            return exchange.control.call(method, path, body)
        except RequestRefused as error:
            raise ProcessFailedError(f"the venue refused {method} {path}: {error}") from None

    return call
