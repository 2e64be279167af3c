"""A run in virtual time: one schedule, one node after another, one venue."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Final

from pydantic import SecretStr

from reconciliation.drill.anomalies import Anomaly, Expected, Kind, anomalies, stored
from reconciliation.drill.checks import Asked, Asking, Holds, Refused, not_forgotten, not_refused, off_time
from reconciliation.drill.neighbour import STRATEGY as NEIGHBOURS
from reconciliation.drill.neighbour import Neighbour as NeighbourNode
from reconciliation.drill.operation import Operation
from reconciliation.drill.schedule import (
    Amend,
    Boot,
    Cancel,
    Heal,
    InterruptCache,
    Kill,
    LoseCache,
    Neighbour,
    Schedule,
    Settle,
    Silence,
    SlowCache,
    Stop,
    Submit,
    Until,
    Wait,
)
from reconciliation.drill.stage import Played, Settled, at_venue
from reconciliation.embedded.failures import ProcessFailedError
from reconciliation.embedded.venue_control import Call, VenueControl
from reconciliation.engine.books import Books
from reconciliation.engine.builder import NodeBuilder
from reconciliation.engine.generation import generation
from reconciliation.engine.lifecycle import Event, NotStarted, SettingsWarned, Started
from reconciliation.engine.simulation import Database, Entry, KilledError
from reconciliation.errors import ReconError, UnusableError
from reconciliation.external_claims import ExternalOrderClaimConfig
from reconciliation.node.draft import draft
from reconciliation.node.errors import PreflightError
from reconciliation.node.node import Node
from reconciliation.node.signals import StopRequest
from reconciliation.rules.stages import shutdown_secs
from reconciliation.settings import Settings
from reconciliation.strategies.driven import Driven, driven
from reconciliation.venue.credentials import KeyPair
from reconciliation.venue.errors import RequestRefused
from reconciliation.venue.exchange import Exchange

START_NS: Final = 1_800_000_000_000_000_000
NS: Final = 1_000_000_000
KEYS: Final = KeyPair(api_key="a" * 64, api_secret="b" * 64)  # of a venue that exists for one run
RESTARTED_AFTER_SECS: Final = 5.0
"""What a supervisor waits before it starts a node that ended."""
LOOK_EVERY_SECS: Final = 0.5
AGREED_FOR_SECS: Final = 3.0
"""For so long nothing may happen before it is called agreement; what is under way arrives meanwhile."""
STOPPED_WITHIN_SECS: Final = 5.0
"""What a supervisor allows a stop beyond what the settings say."""


def placed_in_virtual_time(settings: Settings, schedule: Schedule) -> Settings:
    """Return settings whose venue and cache are the run's own."""
    venue = settings.venue.model_copy(
        update={
            "name": "BINANCE",
            "environment": "local",
            "account_type": "USDT_FUTURES",
            "http_url": "http://127.0.0.1:1",
            "stream_url": "ws://127.0.0.1:1",
            "api_key": SecretStr(KEYS.api_key),
            "api_secret": SecretStr(KEYS.api_secret),
        }
    )
    cache = settings.cache.model_copy(update={"url": SecretStr("redis://127.0.0.1:1")})
    by_strategy: dict[str, list[str]] = {}
    for instrument, strategy in schedule.claims.items():
        by_strategy.setdefault(strategy, []).append(instrument)
    claims = {
        strategy: ExternalOrderClaimConfig(instrument_ids=tuple(instruments))
        for strategy, instruments in by_strategy.items()
    }
    return settings.with_sections("drill", venue=venue, cache=cache, claims={**settings.claims, **claims})


class VirtualRun:
    """One run.

    Args:
        settings: what was resolved; venue, cache and claims are the run's own.
        schedule: what happens.
        configure: the user's own function, whose strategies live beside the drill's.
    """

    def __init__(
        self, settings: Settings, schedule: Schedule, configure: Callable[[NodeBuilder], Any] | None = None
    ) -> None:
        self._schedule = schedule
        self._settings = placed_in_virtual_time(settings, schedule)
        self._configure = configure
        exchange = Exchange(self._now_ms, KEYS)
        self.world = generation().simulation(exchange, start_ns=START_NS, seed=schedule.seed)
        self.world.hear(self._hear)
        self.control = VenueControl(_in_process(exchange))
        self._operations = iter(schedule.operations)
        self._node: Node | None = None
        self._strategies: dict[str, Driven] = {}
        self._stop = StopRequest()
        self._is_kept_up = self._is_wanted = self._is_alive = self._is_over = False
        self._awaited: tuple[Until, int] | None = None
        self._awaits_refusal: Refused | None = None
        self._awaits_end = False
        self._neighbour: NeighbourNode | None = None
        self._events: dict[str, float] = {}
        self._books = Books()
        self._found: list[Anomaly] = []
        self._settled: list[Settled] = []
        self._boots = 0
        self._refused: list[str] = []
        self._healed_ns = START_NS
        self._settles_until_ns = 0
        self._agreed_ns: int | None = None
        self._silent_until_ns = 0
        self._counts: Counter[str] = Counter()
        self._owners: dict[str, str] = {}
        self._since_ms = 0
        self._last_change = 0

    def _now_ms(self) -> int:
        return self.world.now_ns // 1_000_000

    # -- Lives ---------------------------------------------------------------------------------------

    def play(self) -> Played:
        """Play it to its end."""
        self._again(0)
        while not self._is_over:
            if self._is_wanted:
                self._live()
            else:
                self.world.idle()
        ledger = self.control.ledger()
        return Played(
            schedule=self._schedule,
            preset=self._settings.preset,
            anomalies=tuple(self._found),
            settled_secs=tuple(each.took_secs for each in self._settled),
            settled=tuple(self._settled),
            boots=self._boots,
            refused=tuple(self._refused),
            orders=len(ledger.orders),
            fills=len(ledger.fills),
            virtual_secs=(self.world.now_ns - START_NS) / NS,
            digest=self.world.digest,
            counts=dict(self._counts),
        )

    def _live(self) -> None:
        self._boots += 1
        self._stop = StopRequest()
        self._since_ms = self._since_ms or self._now_ms()
        self._is_alive = True
        try:
            self.world.live(self._main)
        except KilledError:
            pass
        except ReconError as error:
            self.world.note("node", f"ended: {type(error).__name__}")
            if isinstance(error, UnusableError):  # before there was a node that could have told
                self._refused.append(str(error))
            self._end_refusal(str(error))
        self._is_alive = False
        self._node, self._strategies, self._neighbour = None, {}, None
        if self._awaits_end:
            self._awaits_end = self._is_wanted = False
            self._again(0)
        elif self._is_wanted:
            self._is_wanted = False
            self.world.at(self.world.now_ns + int(RESTARTED_AFTER_SECS * NS), self._restart)

    def _restart(self) -> None:
        self._is_wanted = self._is_kept_up

    async def _main(self) -> None:
        drafted = draft(self._settings, self._configured)
        node = Node(drafted, observers=[self._observe], stop=self._stop, check_cache=self._check_cache)
        self.world.watch(node.trading_node)
        self._node = node
        try:
            await node.run_async()
        finally:
            self._books = self._read()
            self._node = None
            node.dispose()

    def _configured(self, builder: NodeBuilder) -> None:
        if self._configure is not None:
            self._configure(builder)
        self._strategies = {strategy.id.value: strategy for strategy in driven()}
        for strategy in self._strategies.values():
            builder.add_strategy(strategy)

    def _observe(self, event: Event) -> None:
        if isinstance(event, SettingsWarned):
            return  # where settings stand and how they are spelled is nothing that happens in a run
        name = type(event).__name__
        reason = getattr(event, "reason", "")
        self._events[name] = self.world.now_ns / NS
        if isinstance(event, NotStarted):
            self._refused.append(event.reason)
        if isinstance(event, Started):
            self._end_refusal(None)
        self.world.note("node", f"{name} {reason}".rstrip())

    def _check_cache(self, _url: str) -> None:
        if self._database.is_away:
            raise PreflightError("the cache cannot be reached", "start it")

    @property
    def _database(self) -> Database:
        return self.world.database(self._settings.node.trader_id)

    @property
    def books(self) -> Books:
        """What the node holds; what it held when it last ended, where there is none."""
        return self._read()

    def _read(self) -> Books:
        return self._books if self._node is None else generation().books(self._node.trading_node.cache)

    # -- The schedule --------------------------------------------------------------------------------

    def _again(self, secs: float) -> None:
        """Go on with the schedule after so long."""
        self.world.at(self.world.now_ns + int(secs * NS), self._go_on)

    def _go_on(self) -> None:
        self._awaited = None
        for operation in self._operations:
            if isinstance(operation, Heal):
                self._database.slow_down(0)
            if not isinstance(operation, Wait | Settle | Silence):
                self.world.note("drill", _shown(operation))
            if not (at_venue(operation, self.control) or self._done(operation)) and self._pauses(operation):
                return
        self._is_over = True
        if self._node is not None:
            self._books = self._read()
            self.world.kill()
        self._is_wanted = False

    def _done(self, operation: Operation) -> bool:
        """Do what takes no time; return whether it was that."""
        match operation:
            case Submit() | Cancel() | Amend():
                self._command(operation)
            case LoseCache():
                self._database.clear()
            case InterruptCache():
                self._database.interrupt(operation.secs)
            case SlowCache():
                self._database.slow_down(operation.secs)
            case Neighbour():
                self._turn_neighbour(runs=operation.runs)
            case Asked():
                self._note_found(off_time(operation, self._asking(operation), self._settings))
            case Holds():
                self._note_found(not_forgotten(operation, self._read()))
            case _:
                return False
        return True

    def _pauses(self, operation: Operation) -> bool:  # noqa: C901 - one arm an operation
        """Do what takes time, after which the schedule goes on by itself; return whether it does."""
        match operation:
            case Refused():
                self._awaits_refusal = operation
                self.world.at(self.world.now_ns + int(operation.within_secs * NS), self._give_up_refusal(operation))
            case Wait():
                self._again(operation.secs)
            case Until():
                self._awaited = operation, self.world.now_ns + int(operation.within_secs * NS)
                self.world.at(self._awaited[1], self._give_up(self._awaited))
            case Boot():
                self._is_kept_up = self._is_wanted = True
                self._again(0)
            case Stop():
                self._is_kept_up = False
                if not self._is_alive:
                    self._is_wanted = False
                    return False
                self._awaits_end = True
                self._stop.make("SIGTERM")
                limit = self.world.now_ns + int((shutdown_secs(self._settings.node) + STOPPED_WITHIN_SECS) * NS)
                self.world.at(limit, self._kill_what_does_not_stop(self._stop))
            case Kill():
                self._is_kept_up = self._is_wanted = False
                self._again(0)
                self._database.lose_last(operation.lost_writes)
                if self._node is not None:
                    self._books = Books()
                    self.world.kill()
            case Settle():
                self._settles_until_ns = self.world.now_ns + int(operation.within_secs * NS)
                self._healed_ns, self._agreed_ns = self.world.now_ns, None
                self._look()
            case Silence():
                self._silent_until_ns = self.world.now_ns + int(operation.secs * NS)
                self._last_change = self._counts["engine"]
                self.world.at(self._silent_until_ns, self._end_silence)
        return True

    def _command(self, operation: Submit | Cancel | Amend) -> None:
        told = operation.model_dump(mode="json")
        if isinstance(operation, Submit):
            told["instrument"] = f"{operation.symbol}-PERP.BINANCE"
            name: str | None = operation.strategy
            self._owners[operation.name] = operation.strategy
        else:
            name = self._owners.get(operation.name)
        strategy = self._strategies.get(name or "")
        if name == NEIGHBOURS and self._neighbour is not None:
            strategy = self._neighbour.strategy
        if strategy is not None and strategy.is_running:
            strategy.do(told)

    def _hear(self, entry: Entry) -> None:
        if entry.kind == "engine":
            self._counts["engine"] += 1
        if self._awaited is None:
            return
        until, _ = self._awaited
        name = entry.text.partition("?")[0] if entry.kind == "request" else entry.text.partition(" ")[0]
        if name == {"request": until.asked, "node": until.event}.get(entry.kind):
            self._awaited = None
            self._again(0)

    def _give_up(self, awaited: tuple[Until, int]) -> Callable[[], None]:
        def give_up() -> None:
            if self._awaited is awaited:
                self._go_on()

        return give_up

    def _end_refusal(self, reason: str | None) -> None:
        """Go on where a refusal was awaited: it came, or the node started."""
        if self._awaits_refusal is not None:
            self._note_found(not_refused(self._awaits_refusal, reason))
            self._awaits_refusal = None
            self._again(0)

    def _give_up_refusal(self, claim: Refused) -> Callable[[], None]:
        def give_up() -> None:
            if self._awaits_refusal is claim:
                self._end_refusal(None)

        return give_up

    def _kill_what_does_not_stop(self, stop: StopRequest) -> Callable[[], None]:
        def kill() -> None:
            if self._stop is stop and self._awaits_end:
                self._note_found([Anomaly(Kind.NOT_STOPPED, "node", "it was killed")])
                self.world.kill()

        return kill

    def _turn_neighbour(self, *, runs: bool) -> None:
        if not runs and self._neighbour is not None:
            self._neighbour.stop()
        elif runs and self._node is not None:
            self._neighbour = NeighbourNode(self._settings, self.world)

    def _asking(self, claim: Asked) -> Asking:
        since = self._events.get(claim.since, START_NS / NS)
        if " " in claim.since:
            since = max((call.time for call in self.control.requests(claim.since)), default=since)
        times = [call.time for call in self.control.requests(claim.call) if call.time > since]
        return Asking(since, times, self.world.now_ns / NS)

    # -- What is held against the ledger -------------------------------------------------------------

    def _wrong(self) -> tuple[Anomaly, ...]:
        if self._node is None or not self._node.is_started:
            reason = self._refused[-1] if self._refused else "it is down"
            return (Anomaly(Kind.NOT_STARTED, "node", reason),)
        books = self._read()
        expected = Expected(
            since_ms=self._since_ms,
            forgotten_ms=self._forgotten_ms(),
            owners={name: owner for name, owner in self._owners.items() if owner != NEIGHBOURS},
            claims=self._schedule.claims,
        )
        ledger = self.control.ledger()
        beside = () if self._neighbour is None else self._neighbour.wrong(ledger, self._owners)
        return (*anomalies(ledger, books, expected), *beside)

    def _forgotten_ms(self) -> int:
        r = self._settings.reconciliation
        if r.purge_closed_orders_interval_mins is None:
            return 0
        return self._now_ms() - (r.purge_closed_orders_buffer_mins or 0) * 60_000

    def _look(self) -> None:
        """See whether node and venue agree, and have done so for a while without anything happening."""
        now, found = self.world.now_ns, self._wrong()
        if found or self._counts["engine"] != self._last_change:
            self._agreed_ns = None
        self._last_change = self._counts["engine"]
        if not found and self._agreed_ns is None:
            self._agreed_ns = now
        lasted = self._agreed_ns is not None and now - self._agreed_ns >= int(AGREED_FOR_SECS * NS)
        if not lasted and now < self._settles_until_ns:
            self.world.at(now + int(LOOK_EVERY_SECS * NS), self._look)
            return
        took_secs = ((self._agreed_ns or now) - self._healed_ns) / NS
        self._settled.append(Settled((self._healed_ns - START_NS) / NS, took_secs, has_agreed=not found))
        if found:
            self._note_found(found)
            kinds = {anomaly.kind for anomaly in found}
            if kinds & _LATE:
                self._note_found([Anomaly(Kind.NOT_CONVERGED, "node", f"after {took_secs:.1f} s")])
        histories = generation().stored_events(self._database.histories())
        if self._node is not None:
            self._note_found(stored(self._read(), histories))
        self._again(0)

    def _end_silence(self) -> None:
        changes = self._counts["engine"] - self._last_change
        if changes:
            self._note_found([Anomaly(Kind.NOT_SILENT, "node", f"{changes} events of orders and positions")])
        self._again(0)

    def _note_found(self, found: Iterable[Anomaly]) -> None:
        for anomaly in found:
            if anomaly not in self._found:
                self._found.append(anomaly)
                self.world.note("drill", f"anomaly {anomaly}")


def _in_process(exchange: Exchange) -> Call:
    """Return what carries out the control calls of a venue that is in this process."""

    def call(method: str, path: str, body: bytes) -> Any:
        try:
            return exchange.control.call(method, path, body)
        except RequestRefused as error:
            raise ProcessFailedError(f"the venue refused {method} {path}: {error}") from None

    return call


_LATE: Final = frozenset({Kind.WRONG_STATUS, Kind.WRONG_QUANTITY, Kind.PHANTOM_POSITION, Kind.MISSING_ORDER})
"""What time would have mended."""


def _shown(operation: Operation) -> str:
    return operation.model_dump_json(exclude_defaults=False)
