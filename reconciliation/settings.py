"""The sections of the settings, and the frozen whole of them."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Final, Literal, Self
from urllib.parse import SplitResult, urlsplit, urlunsplit
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PrivateAttr,
    SecretStr,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from reconciliation.config import ReconciliationConfig
from reconciliation.external_claims import ExternalOrderClaimConfig
from reconciliation.identifiers import TRADER_ID, StrategyIdText, distinct, tuple_of

LOOPBACK_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "::1"})
MASK: Final = "***"
_RANDOM_UUID: Final = 4

ENGINE_GUARDS: Final = (
    "bulk_queries",
    "answered_absence",
    "own_counters",
    "confirmed_positions",
    "patient_positions",
    "time_limits",
)
"""The guards that work on the engine, whatever the venue."""

BINANCE_GUARDS: Final = ("symbols", "reports", "query_errors", "unknown_outcomes", "account_positions", "history")
"""The guards that work in the Binance USD-M futures client."""

GUARDS: Final = (*ENGINE_GUARDS, *BINANCE_GUARDS)

RULE_IDS: Final = (*(f"E{number:02}" for number in range(1, 22)), *(f"W{number}" for number in range(21, 38)))
"""The rules of `reconciliation.rules`, which stands above this module."""

TimeoutSecs = Annotated[float, Field(gt=0.0, le=3_600.0, allow_inf_nan=False)]


def _trader_id(text: str) -> str:
    if not TRADER_ID.fullmatch(text):
        raise ValueError(f"{text!r} is not a trader id NAME-TAG, as in TRADER-001")
    return text


def _instance_id(text: str) -> str:
    try:
        parsed = UUID(text)
    except ValueError:
        parsed = None
    if parsed is None or parsed.version != _RANDOM_UUID or str(parsed) != text:
        raise ValueError(f"{text!r} is not a version 4 UUID in lower case")
    return text


def _one_of(known: tuple[str, ...], remedy: str) -> AfterValidator:
    def check(text: str) -> str:
        if text not in known:
            raise ValueError(f"{text!r} is unknown; {remedy}")
        return text

    return AfterValidator(check)


GuardNames = Annotated[
    tuple[Annotated[str, _one_of(GUARDS, f"the guards are {', '.join(GUARDS)}")], ...],
    BeforeValidator(tuple_of),
    AfterValidator(distinct),
]
RuleIds = Annotated[
    tuple[Annotated[str, _one_of(RULE_IDS, "`recon rules` lists the rules")], ...],
    BeforeValidator(tuple_of),
    AfterValidator(distinct),
]


def _split(text: str) -> tuple[SplitResult, int | None]:
    # `urlsplit` drops tabs and newlines in silence, and its own messages repeat the user-info, which is a secret.
    if " " in text or not text.isprintable():
        raise ValueError("must be one printable line without blanks")
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        raise ValueError("is no url: host or port cannot be read") from None
    return url, port


def _cache_url(secret: SecretStr) -> SecretStr:
    # The message never repeats the url: its user-info is a secret.
    url, port = _split(secret.get_secret_value())
    if url.scheme not in {"redis", "rediss"} or not url.hostname or not port:
        raise ValueError("must be redis://HOST:PORT or rediss://HOST:PORT; the engine needs host and port")
    if url.path not in {"", "/", "/0"} or url.query or url.fragment:
        raise ValueError("must end after the port: the engine can use database 0 only, and no path or query")
    return secret


def _endpoint(schemes: frozenset[str], text: str) -> str:
    url, _ = _split(text)
    if url.scheme not in schemes or not url.hostname or "@" in url.netloc or url.query or url.fragment:
        raise ValueError(f"must be {' or '.join(sorted(schemes))}://HOST[:PORT]")
    return text.rstrip("/")


def _http_url(text: str) -> str:
    return _endpoint(frozenset({"http", "https"}), text)


def _stream_url(text: str) -> str:
    return _endpoint(frozenset({"ws", "wss"}), text)


def is_loopback(url: str) -> bool:
    """Whether a url's host is this machine."""
    return urlsplit(url).hostname in LOOPBACK_HOSTS


def masked_url(url: str) -> str:
    """Return the url with its user-info replaced; host and port are no secret."""
    parts = urlsplit(url)
    bare = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{MASK}@{bare}" if "@" in parts.netloc else bare))


Claims = Annotated[
    Mapping[StrategyIdText, ExternalOrderClaimConfig],
    AfterValidator(lambda claims: MappingProxyType(dict(claims))),
    PlainSerializer(dict, return_type=dict[str, ExternalOrderClaimConfig]),
]
"""Claims by strategy id; a view, because a frozen model would still let a dict be changed."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class NodeSettings(_Section):
    """The node around the engine: identity, time limits, state."""

    trader_id: Annotated[str, AfterValidator(_trader_id)] = Field(
        default="TRADER-001",
        description="The trader's id NAME-TAG; it prefixes every cache key and order id.",
    )
    instance_id: Annotated[str, AfterValidator(_instance_id)] | None = Field(
        default=None, description="Fixed instance id (UUID version 4); none draws a new one at each boot."
    )
    position_mode: Literal["netting", "hedging"] = Field(
        default="netting",
        description="How the account keeps positions: one net position or two legs a symbol.",
    )
    timeout_connection: TimeoutSecs = Field(
        default=60.0, description="Seconds all clients may take to connect and load instruments."
    )
    timeout_reconciliation: TimeoutSecs = Field(
        default=30.0, description="Seconds startup reconciliation may take; enforced here, not by the engine."
    )
    timeout_portfolio: TimeoutSecs = Field(default=10.0, description="Seconds the portfolio may take to initialize.")
    timeout_disconnection: TimeoutSecs = Field(default=10.0, description="Seconds all clients may take to disconnect.")
    timeout_post_stop: TimeoutSecs = Field(
        default=10.0, description="Seconds to await residual events after the trader stopped."
    )
    timeout_shutdown: TimeoutSecs = Field(default=5.0, description="Seconds to await cancelled tasks at the very end.")
    graceful_shutdown_on_exception: bool = Field(
        default=False,
        description="Stop gracefully on an engine exception; false ends the process at once. Either way exit 1.",
    )
    load_state: bool = Field(default=False, description="Load strategy states from the cache at start.")
    save_state: bool = Field(default=False, description="Save strategy states to the cache at stop.")
    timeout_report: TimeoutSecs = Field(
        default=10.0, description="Seconds one report query of a continuous check may take; enforced by a guard."
    )
    tolerated_outage_secs: float = Field(
        default=30.0,
        ge=0.0,
        le=86_400.0,
        allow_inf_nan=False,
        description="Seconds the venue may be away before anything may be concluded from its silence.",
    )
    guards: GuardNames = Field(
        default=GUARDS, description="The guards to install, by name; all of them unless one is in the way."
    )
    accept: RuleIds = Field(
        default=(), description="Rules that may be broken here, by id, such as E13; each is told loudly at boot."
    )
    venue_round_trip_ms: int | None = Field(
        default=None,
        ge=1,
        le=600_000,
        description="Milliseconds from sending an order to its last stream event; none leaves rules about it silent.",
    )
    max_resting_order_mins: int | None = Field(
        default=None,
        ge=1,
        le=5_256_000,
        description="How old the oldest resting order may get; none leaves rules about it silent.",
    )
    symbols: int | None = Field(
        default=None,
        ge=1,
        le=100_000,
        description="How many symbols are traded; none leaves the request budget silent.",
    )
    container_grace_secs: float | None = Field(
        default=None,
        gt=0.0,
        le=86_400.0,
        allow_inf_nan=False,
        description="Seconds between the supervisor's SIGTERM and its SIGKILL; none leaves rules about it silent.",
    )
    account_shared: bool | None = Field(
        default=None, description="Whether another node trades the same account; none leaves rules about it silent."
    )
    supervisor_restarts: Literal["always", "on-failure", "never"] | None = Field(
        default=None, description="When the supervisor starts a node that ended; none leaves rules about it silent."
    )


class CacheSettings(_Section):
    """The Redis or Valkey database behind the engine's cache."""

    url: Annotated[SecretStr, AfterValidator(_cache_url)] | None = Field(
        default=None,
        description="redis://[USER:PASSWORD@]HOST:PORT, or rediss://; none runs an embedded Valkey.",
    )
    number_of_retries: int = Field(
        default=3,
        ge=1,
        le=3,
        description="Connection attempts of the engine; more would hang a boot for minutes, deaf to SIGTERM.",
    )
    load_cache: bool = Field(
        default=True, description="Load known orders and positions at start; without it they look external."
    )
    shared: bool | None = Field(
        default=None, description="Whether others keep data in this database; none counts as shared where it matters."
    )
    data_dir: str = Field(default=".recon", min_length=1, description="Where the embedded Valkey keeps its data.")


class VenueSettings(_Section):
    """The venue account the node trades."""

    name: str = Field(
        default="BINANCE",
        pattern=r"^[A-Z0-9_]+$",
        description="Venue name, the part of an instrument id after the dot.",
    )
    environment: Literal["local", "testnet", "live"] = Field(
        default="local",
        description="local takes loopback addresses only; anything else must be asked for by name.",
    )
    account_type: Literal["USDT_FUTURES"] = Field(
        default="USDT_FUTURES",
        description="The account's type at the venue; USD-M futures is the one covered.",
    )
    http_url: Annotated[str, AfterValidator(_http_url)] | None = Field(
        default=None, description="REST address; none where the adapter's own address is meant (not local)."
    )
    stream_url: Annotated[str, AfterValidator(_stream_url)] | None = Field(
        default=None, description="User stream address; none where the adapter's own is meant (not local)."
    )
    api_key: SecretStr | None = Field(default=None, min_length=1, description="API key.")
    api_secret: SecretStr | None = Field(default=None, min_length=1, description="API secret (HMAC or Ed25519).")

    @property
    def is_given(self) -> bool:
        """Whether an account is configured at all."""
        return self.api_key is not None

    @model_validator(mode="after")
    def _all_or_nothing(self) -> Self:
        fields = ("http_url", "stream_url", "api_key", "api_secret")
        given = tuple(name for name in fields if getattr(self, name) is not None)
        needed: tuple[str, ...] = fields
        if self.environment != "local" and not {"http_url", "stream_url"} & set(given):
            needed = ("api_key", "api_secret")
        missing = tuple(name for name in needed if name not in given)
        if missing and (given or self.environment != "local"):
            raise PydanticCustomError(
                "incomplete",
                "a venue's addresses, key and secret come all together or not at all; missing: {missing}",
                {"missing": ", ".join(missing), "keys": (*given, *missing) if given else ("environment",)},
            )
        return self

    @model_validator(mode="after")
    def _local_means_loopback(self) -> Self:
        if self.environment == "local":
            for name in ("http_url", "stream_url"):
                url = getattr(self, name)
                if url is not None and not is_loopback(url):
                    raise PydanticCustomError(
                        "not_loopback",
                        "{name} is not a loopback address; ask for another environment by name"
                        " (environment = testnet or live)",
                        {"name": name, "keys": (name, "environment")},
                    )
        return self


class LogSettings(_Section):
    """What the node says and how."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Least level the engine and recon log."
    )
    format: Literal["auto", "json", "console"] = Field(
        default="auto",
        description="Form of recon's own events; auto is console on a terminal and JSON elsewhere.",
    )


class Settings(BaseSettings):
    """Every effective value, validated and frozen; `reconciliation.load()` makes one from the layers."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    preset: str = Field(default="standard", description="The preset these settings start from.")
    reconciliation: ReconciliationConfig = Field(default_factory=ReconciliationConfig)
    claims: Claims = Field(default_factory=dict, description="External orders claimed, one table per strategy id.")
    node: NodeSettings = Field(default_factory=NodeSettings)
    cache: CacheSettings = Field(default_factory=CacheSettings)
    venue: VenueSettings = Field(default_factory=VenueSettings)
    log: LogSettings = Field(default_factory=LogSettings)

    SECTIONS: ClassVar = ("reconciliation", "claims", "node", "cache", "venue", "log")

    _origins: Mapping[str, str] = PrivateAttr(default_factory=dict)
    _settings_dir: Path | None = PrivateAttr(default=None)
    _warnings: tuple[str, ...] = PrivateAttr(default=())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the base\'s signature
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read nothing by itself: `Settings(...)` is its arguments, `load()` brings the layers."""
        return (init_settings,)

    @model_validator(mode="after")
    def _claims_are_distinct(self) -> Self:
        owners: dict[str, str] = {}
        all_owner: str | None = None
        for strategy, claim in self.claims.items():
            if claim.claim_all:
                if all_owner is not None:
                    raise PydanticCustomError(
                        "claims",
                        "{first} and {second} both claim all; one strategy per node can",
                        {
                            "first": all_owner,
                            "second": strategy,
                            "keys": (f"claims.{all_owner}.claim_all", f"claims.{strategy}.claim_all"),
                        },
                    )
                all_owner = strategy
            for instrument in claim.instrument_ids:
                if instrument in owners:
                    raise PydanticCustomError(
                        "claims",
                        "{first} and {second} both claim {instrument}; an order has one owner",
                        {
                            "first": owners[instrument],
                            "second": strategy,
                            "instrument": instrument,
                            "keys": (
                                f"claims.{owners[instrument]}.instrument_ids",
                                f"claims.{strategy}.instrument_ids",
                            ),
                        },
                    )
                owners[instrument] = strategy
        return self

    @property
    def origins(self) -> Mapping[str, str]:
        """Where each value came from, by dotted key: `settings/standard.toml:12`, `RECON_CACHE_URL`, `default`."""
        return self._origins

    @property
    def settings_dir(self) -> Path | None:
        """The directory the TOML layers were read from; none when no layer was read."""
        return self._settings_dir

    @property
    def warnings(self) -> tuple[str, ...]:
        """What works today and should be changed, such as a renamed key; each with its origin and the remedy."""
        return self._warnings

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits that are equal when behaviour is.

        They cover `reconciliation`, `claims` and `node` without the node's identity: two traders on two machines
        with the same fingerprint reconcile alike.
        """
        behaviour = {
            "reconciliation": self.reconciliation.model_dump(mode="json"),
            "claims": {name: claim.model_dump(mode="json") for name, claim in self.claims.items()},
            "node": self.node.model_dump(mode="json", exclude={"trader_id", "instance_id"}),
        }
        canonical = json.dumps(behaviour, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    def masked(self) -> dict[str, dict[str, Any]]:
        """Return every section as plain data that JSON can carry, secrets masked."""
        values: dict[str, dict[str, Any]] = self.model_dump(mode="json", exclude={"preset"})
        for name in ("api_key", "api_secret"):
            if values["venue"][name] is not None:
                values["venue"][name] = MASK
        if self.cache.url is not None:
            values["cache"]["url"] = masked_url(self.cache.url.get_secret_value())
        return {section: values[section] for section in self.SECTIONS}

    def with_sections(self, **sections: BaseModel) -> Self:
        """Return a copy in which whole sections are replaced, such as the address of an embedded cache."""
        return self.model_copy(update=dict(sections))


PRESET_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")
"""What a preset may be called; it becomes a file name."""
