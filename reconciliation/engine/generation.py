"""The engine generation that is installed, by what any generation can do.

What it takes and returns is named for whoever checks types; who deals in one of these loads it himself.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from reconciliation.collector import loading

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from reconciliation.config import ReconciliationConfig
    from reconciliation.engine.books import Books
    from reconciliation.engine.builder import GuardedFactory, NodeBuilder
    from reconciliation.engine.counts import Counts
    from reconciliation.engine.fields import FieldTable
    from reconciliation.engine.hand_written import HandWritten
    from reconciliation.engine.lifecycle import Lifecycle
    from reconciliation.engine.ownership import StoredOrder
    from reconciliation.engine.parts import Parts
    from reconciliation.engine.probe import Probe
    from reconciliation.engine.report import ReconciliationReport
    from reconciliation.engine.scripted import ScriptNode
    from reconciliation.engine.simulation import SimulatedVenue, Simulation
    from reconciliation.engine.stored import Loaded, Stored
    from reconciliation.engine.written import Writes
    from reconciliation.rules.client import ClientTraits, StockFacts
    from reconciliation.rules.subject import NothingToJudge, Observed, Subject
    from reconciliation.settings import Settings


class Gate(Protocol):
    """What lets orders through; it is open until it is closed."""

    def close(self, reason: str) -> None:
        """Let no order through any more that opens or increases a position, for this reason."""

    def open(self) -> None:
        """Let everything through again."""


class EngineNode(Protocol):
    """A built node of the engine's, with guards, claims, time limits and observation installed; it has not run yet."""

    @property
    def trading_node(self) -> Any:
        """The engine's own object."""

    @property
    def started(self) -> asyncio.Event:
        """Set once the trader runs."""

    @property
    def failed(self) -> bool:
        """Whether the start has failed; the node stops, or has stopped."""

    @property
    def is_idle(self) -> bool:
        """Whether its trader does not run though it was started and nobody stops it."""

    @property
    def report(self) -> ReconciliationReport | None:
        """The outcome of startup reconciliation; None when it did not come to one."""

    def observed(self) -> Observed:
        """Return the facts that rules judge by, as the account shows them now."""

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that its clients trade."""

    def counts(self) -> Counts:
        """Return what it counts now; nothing where it is not watched."""

    async def run(self) -> None:
        """Start, and run until the engine ends.

        Raises:
            NodeNotStartedError: the start failed; the node has been stopped.
        """

    async def stop(self) -> None:
        """Stop the trader, disconnect the clients, stop the engines."""

    @property
    def gate(self) -> Gate | None:
        """What can be closed for orders that open or increase a position; None where nothing is traded."""

    @property
    def writes(self) -> Writes | None:
        """What it has given its cache's database to keep; None where nothing is traded."""

    def fence(self, may: Callable[[], bool]) -> None:
        """Let no command, no event and no data through any more once it may not; before it runs.

        Args:
            may: asked for each of them.
        """

    async def halt(self) -> None:
        """Send nothing to the venue and write nothing any more, at once, and leave; no strategy is asked to stop."""

    async def leave_venues(self) -> None:
        """Disconnect properly where a stop failed half-way."""

    def dispose(self) -> None:
        """Free what the engine holds, the event loop included."""


class Generation(Protocol):
    """One generation of the engine."""

    @property
    def FIELDS(self) -> FieldTable:  # noqa: N802 - a constant
        """Which field of the engine each setting becomes."""

    def exec_engine_config(
        self,
        reconciliation: ReconciliationConfig,
        *,
        load_cache: bool = True,
        graceful_shutdown_on_exception: bool = False,
        manage_own_order_books: bool = False,
    ) -> Any:
        """Return the execution engine's own, validated configuration."""

    def cache_config(self, settings: Settings) -> Any:
        """Return the cache's own configuration.

        Raises:
            CacheUrlMissingError: the settings name no database.
        """

    def trading_node_config(
        self, settings: Settings, data_clients: Mapping[str, Any], exec_clients: Mapping[str, Any]
    ) -> Any:
        """Return the node's own configuration with the given clients' configurations by name.

        Raises:
            CacheUrlMissingError: the settings name no database.
        """

    def add_settings_clients(self, builder: NodeBuilder, *, read_only: bool) -> None:
        """Add the clients of the venue that the builder's settings name; nothing where they name none.

        Raises:
            DuplicateClientError: a client of that name was added.
        """

    def parts_of(self, settings: Settings, *, read_only: bool) -> Parts:
        """Import and judge what the settings name of a node; of the user's code, modules run and nothing else."""

    def guarded_factory(self, guards: Collection[str], *, read_only: bool) -> type[GuardedFactory]:
        """Return the factory that makes a guarded client of the venue that settings can name."""

    def guard_clients(self, builder: NodeBuilder, *, read_only: bool) -> None:
        """Give the stock clients in a builder the guards of the settings, where their adapter is known."""

    def stock_clients(self) -> tuple[tuple[str, StockFacts], ...]:
        """Return what is known of the stock clients of adapters, by the name of the venue, in its order."""

    def unfit(self, builder: NodeBuilder) -> Iterable[str]:
        """Yield what was added to a builder that the engine cannot build, in words."""

    def client_traits(self, builder: NodeBuilder) -> tuple[ClientTraits, ...]:
        """Return what rules know of the execution clients in a builder."""

    def account_names(self, builder: NodeBuilder) -> tuple[str, ...]:
        """Return a name for each account that the execution clients in a builder trade, as far as it can be known.

        Two clients on one account with one API key have one name; the key is not readable in it.
        """

    def probes(self, builder: NodeBuilder) -> Mapping[str, Probe | None]:
        """Return who asks the venue of each execution client in a builder; None where nobody here can."""

    def cache_refusal(self, settings: Settings) -> str:
        """Return why the engine's own client cannot use the settings' cache; empty where it can.

        It waits for a server that hangs: ask only where one has just answered.
        """

    def loaded(self, stored: Stored) -> Loaded:
        """Load what a cache's database holds of one trader, as a boot does, and say what cannot be."""

    def assemble(
        self,
        builder: NodeBuilder,
        lifecycle: Lifecycle,
        *,
        loop: asyncio.AbstractEventLoop,
        read_only: bool,
    ) -> EngineNode:
        """Build a node that has not run yet.

        Args:
            builder: what it is made of; judged already.
            lifecycle: told what happens to it.
            loop: the event loop it will run on.
            read_only: it reconciles and ends; nothing changes at the venue.

        Raises:
            ClaimError: two strategies claim one instrument.
            CacheUrlMissingError: the settings name no cache.
        """

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        """Return a new event loop of the kind the engine itself would make, and make it the thread's own."""

    def reason_of(self, error: BaseException) -> str:
        """Return what went wrong as one line that may be shown."""

    def subject_of_engine(
        self, config: object, facts: Settings, origins: Mapping[str, str], source: str
    ) -> Subject | NothingToJudge:
        """Return what a hand-written configuration means.

        Args:
            config: the engine's own `LiveExecEngineConfig` or `TradingNodeConfig`, or what `no_nodes` kept of a node.
            facts: what it cannot hold and rules want to know.
            origins: where each of the facts was given, by dotted key.
            source: where the configuration stands, as its user named it.

        Raises:
            NotAConfigError: it is none.
        """

    def settings_of_engine(self, config: object, source: str) -> HandWritten:
        """Return a hand-written configuration as settings of ours.

        Args:
            config: the engine's own `LiveExecEngineConfig` or `TradingNodeConfig`, or what `no_nodes` kept of a node.
            source: where the configuration stands, as its user named it.

        Raises:
            NotAConfigError: it is none.
        """

    def books(self, cache: Any) -> Books:
        """Return all that an engine's cache holds."""

    def hear_changes(self, trading_node: Any, hear: Callable[[str], None]) -> None:
        """Tell somebody of every event of an order or a position in an engine's node, in a line each."""

    def stored_events(self, histories: Mapping[str, tuple[bytes, ...]]) -> dict[str, tuple[str, ...]]:
        """Return the kinds of the events in each history of a cache's database, as `BookedOrder.events` names them."""

    def own_claims(self, builder: NodeBuilder) -> Mapping[str, tuple[str, ...]]:
        """Return what the strategies in a builder claim in their own configuration, by strategy id."""

    def stored_order(self, events: Sequence[bytes]) -> StoredOrder:
        """Return what the history of an order in a cache's database tells of it.

        Raises:
            ValueError: it tells not even whose it is.
        """

    def reowned(self, events: Sequence[bytes], strategy_id: str) -> tuple[bytes, ...]:
        """Return a history as it would be had a strategy claimed the order when it appeared."""

    def simulation(self, venue: SimulatedVenue, *, start_ns: int, seed: int) -> Simulation:
        """Return virtual time with a venue in it.

        Args:
            venue: the one that nodes reach.
            start_ns: when it begins, nanoseconds since the epoch.
            seed: what delays, jitter and ids are drawn from.
        """

    def no_nodes(self, at_run: Callable[[], Any] | None = None) -> AbstractContextManager[list[ScriptNode]]:
        """Have code that is run meanwhile build no node; what it would have built comes into a list.

        Args:
            at_run: called where one of them would begin to live.
        """


@cache
def generation() -> Generation:
    """Return the generation that is installed; the engine loads with its first use, not here."""
    with loading():
        from reconciliation.engine.v1 import generation as installed  # noqa: PLC0415 - the engine takes a second to load

    return installed


def fields() -> FieldTable:
    """Return the field table of the installed generation without loading the engine."""
    from reconciliation.engine.v1.fields import FIELDS  # noqa: PLC0415 - only who asks needs it

    return FIELDS
