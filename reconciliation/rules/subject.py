"""What is judged: a configuration, with what is known of the database, the claims and the clients around it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Self

from msgspec import Struct, field
from msgspec.structs import replace
from pydantic import ValidationError

from reconciliation.config import ReconciliationConfig
from reconciliation.rules.client import STOCK_BINANCE_ERRORS, ClientTraits
from reconciliation.rules.figures import several
from reconciliation.rules.timings import Conditions
from reconciliation.settings import Settings
from reconciliation.settings.facts import FactsSettings
from reconciliation.settings.node import NodeSettings

_ENGINE_NOTHING: Final[Mapping[str, Any]] = MappingProxyType(
    {"reconciliation.inflight_check_interval_ms": 0, "reconciliation.filtered_client_order_ids": None}
)
"""How the engine says nothing where our settings say it in another way."""

FACTS: Final = (
    "node.position_mode",
    "node.tolerated_outage_secs",
    "facts.venue_round_trip_ms",
    "facts.max_resting_order_mins",
    "facts.symbols",
    "facts.history_orders",
    "facts.container_grace_secs",
    "facts.account_shared",
    "facts.supervisor_restarts",
    "node.accept",
    "facts.database_shared",
    "venue.name",
)
"""The settings that no engine configuration holds, and that rules judge it by."""

_NOTHING_SAID: Final[Mapping[str, str]] = MappingProxyType({})


class Database(Struct, frozen=True):
    """The database behind the cache, as the engine is told of it."""

    number_of_retries: int
    boot_wait_secs: float
    """The longest a boot may wait for a database that refuses connections."""
    flush_on_start: bool = False
    use_instance_id: bool = False
    unescaped: tuple[str, ...] = ()
    """Which of its fields hold characters that break the url the engine makes of them."""


class Observed(Struct, frozen=True):
    """Facts that a boot saw, which beat what the settings say; None where it saw nothing."""

    symbols: int | None = None
    oldest_resting_mins: int | None = None

    def facts(self) -> dict[str, int]:
        """Return what was seen by the name of the fact."""
        seen = {"symbols": self.symbols, "max_resting_order_mins": self.oldest_resting_mins}
        return {name: value for name, value in seen.items() if value is not None}


class NothingToJudge(Struct, frozen=True):
    """A node that reconciles with nothing.

    Attributes:
        reason: why, as a sentence's part that says it of the node.
    """

    reason: str


class Subject(Struct, frozen=True):
    """One configuration to judge."""

    reconciliation: ReconciliationConfig
    """Of a hand-written configuration: not validated, but of the right types and within the engine's ranges."""
    node: NodeSettings
    facts: FactsSettings
    clients: tuple[ClientTraits, ...]
    """The execution clients, at least one."""
    guards: frozenset[str]
    """The guards that are installed."""
    by_recon: bool
    """Whether recon builds the node; otherwise the configuration is hand-written."""
    assumed_venue: str = ""
    """The venue that is taken for granted, because the configuration names no client; empty when it does."""
    assumed: frozenset[str] = frozenset()
    """The facts that nobody told, by key: a rule that reads one warns, whatever it is otherwise."""
    whole_node: bool = True
    """Whether more than the execution engine's configuration is known."""
    database: Database | None = None
    """None where there is no database, or where it is not known."""
    database_known: bool = True
    load_cache: bool = True
    claims: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The instruments each strategy claims."""
    sees_strategies: bool = True
    """Whether all strategies are known, and with them all claims."""
    persisting: tuple[str, ...] = ()
    """Which of the engine's own switches, other than settings of ours, do nothing without a database."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """What the engine's `parse` refuses: by key, and why."""
    unusable: Mapping[str, str] = field(default_factory=dict)
    """What cannot be imported, or not be configured as the settings say: by key, and why."""
    unread: frozenset[str] = frozenset()
    """The keys whose value cannot be known, because what should hold them is of another type."""
    names: Mapping[str, str] | None = None
    """How the user knows each key; None where it is by the key itself. A key without a name is not told."""
    origins: Mapping[str, str] = _NOTHING_SAID
    observed: frozenset[str] = frozenset()
    """The keys whose value was seen at boot."""

    @property
    def masked(self) -> bool:
        """Whether reconciliation is off altogether; the engine's own switch leaves the checks running."""
        r = self.reconciliation
        every = (r.inflight_check_interval_ms, r.open_check_interval_secs, r.position_check_interval_secs)
        return not r.enabled and (self.by_recon or every == (None, None, None))

    @property
    def checks(self) -> ReconciliationConfig:
        """The continuous checks as they run: a hand-written `reconciliation=False` does not stop them."""
        return self.reconciliation if self.by_recon else self.reconciliation.model_copy(update={"enabled": True})

    @property
    def no_database(self) -> bool:
        """Whether the cache is known to live in memory only."""
        return self.database_known and self.database is None

    def conditions(self, client: ClientTraits, checks: ReconciliationConfig | None = None) -> Conditions:
        """Return what the timings of one client's orders depend on.

        Args:
            client: the execution client that the orders go through.
            checks: other settings of the checks than those that run.
        """
        return Conditions(
            checks=self.checks if checks is None else checks,
            guards=self.guards,
            client=client,
            outage_secs=self.node.tolerated_outage_secs,
        )

    def name(self, key: str) -> str:
        """Return a key as the user knows it."""
        return key if self.names is None else self.names.get(key, key)

    def knows(self, key: str) -> bool:
        """Whether the user has such a key."""
        return self.names is None or key in self.names

    def takes(self, change: Mapping[str, Any]) -> bool:
        """Whether the user may write these values of the checks, by field: the engine takes any, recon does not."""
        if not self.by_recon:
            return True
        try:
            ReconciliationConfig.model_validate(self.reconciliation.model_dump() | dict(change))
        except ValidationError:
            return False
        return True

    def put(self, key: str, value: Any) -> str:
        """Return how the user writes a value: `reconciliation.open_check_open_only = false`, `f=False`."""
        if self.by_recon:
            return f"{key} = {_toml(value)}"
        return f"{self.name(key)}={self.plain(key, value)!r}"

    def plain(self, key: str, value: Any) -> Any:
        """Return a value as the user's configuration holds it: two of the engine's fields say nothing otherwise."""
        if not self.by_recon and key in _ENGINE_NOTHING:
            return value or _ENGINE_NOTHING[key]
        return value

    def written(self, change: Mapping[str, Any]) -> str:
        """Return how the user writes several values."""
        return several([self.put(key, value) for key, value in change.items()])

    def with_observed(self, observed: Observed) -> Self:
        """Return the subject with what a boot saw."""
        seen = observed.facts()
        return replace(
            self, facts=self.facts.model_copy(update=seen), observed=frozenset(f"facts.{name}" for name in seen)
        )


def assumed_client(settings: Settings) -> ClientTraits:
    """Return the client to judge by before any was added: recon's own, or a stock one of another venue than Binance."""
    if settings.venue.is_given or settings.venue.name == "BINANCE":
        return ClientTraits(settings.venue.name, guarded=True, rejects_after=STOCK_BINANCE_ERRORS, limits="BINANCE")
    return ClientTraits(settings.venue.name, guarded=False)


def _toml(value: Any) -> str:
    if value is None:
        return '"none"'
    if isinstance(value, tuple):
        return str(list(value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def subject_of(
    settings: Settings, clients: tuple[ClientTraits, ...] | None = None, observed: Observed | None = None
) -> Subject:
    """Return the subject that resolved settings are.

    Args:
        settings: what was resolved.
        clients: the execution clients that were added; the one that is assumed when absent.
        observed: what a boot saw.
    """
    subject = Subject(
        reconciliation=settings.reconciliation,
        node=settings.node,
        facts=settings.facts,
        clients=(assumed_client(settings),) if clients is None else clients,
        guards=frozenset(settings.node.guards),
        by_recon=True,
        database=Database(settings.cache.number_of_retries, boot_wait_secs=0.0),
        load_cache=settings.cache.load_cache,
        claims={strategy: claim.instrument_ids for strategy, claim in settings.claims.items()},
        origins=settings.origins,
    )
    return subject if observed is None else subject.with_observed(observed)
