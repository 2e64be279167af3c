"""The frozen, validated model of every engine setting that concerns reconciliation.

The engine's own `LiveExecEngineConfig(...)` validates nothing; what each field does, and what happens when it
is wrong, was read in `nautilus_trader/live/execution_engine.py` of 1.231 or measured by running it.
"""

from typing import TYPE_CHECKING, Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from reconciliation.identifiers import ClientOrderIds, InstrumentIds

if TYPE_CHECKING:
    from nautilus_trader.config import LiveExecEngineConfig

# Upper bounds are far above any sensible value and keep nanoseconds within 64 bits.
_TEN_YEARS_MINS: Final = 5_256_000
_DAY_SECS: Final = 86_400.0
_HOUR_MS: Final = 3_600_000

_MASKED_BY_DISABLED: Final = (
    "inflight_check_interval_ms",
    "open_check_interval_secs",
    "position_check_interval_secs",
    "own_books_audit_interval_secs",
)

IntervalSecs = Annotated[float, Field(ge=1.0, le=_DAY_SECS, allow_inf_nan=False)]
Mins = Annotated[int, Field(ge=1, le=_TEN_YEARS_MINS)]
Millis = Annotated[int, Field(ge=0, le=_HOUR_MS)]
InflightMillis = Annotated[int, Field(ge=1_000, le=_HOUR_MS)]
Retries = Annotated[int, Field(ge=0, le=1_000)]


class ReconciliationConfig(BaseModel):
    """Reconciliation settings of one live node; the defaults are those of the standard preset.

    Units stand in the names. Where a field may be `None`, the check or limit is off. A value of another type, out of
    its range, or an in-flight threshold below the in-flight interval raises pydantic's `ValidationError`.
    """

    # As a section of the whole it needs no checks of its own; by itself it makes them when it is first asked.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True, defer_build=True)

    # -- Startup -----------------------------------------------------------------------------------
    enabled: bool = Field(
        default=True,
        description="Reconcile at all. False masks everything: startup and every continuous check are off.",
    )
    startup_delay_secs: float = Field(
        default=10.0,
        ge=10.0,
        le=_DAY_SECS,
        allow_inf_nan=False,
        description="Pause between the end of startup reconciliation and the first continuous check.",
    )
    lookback_mins: int | None = Field(
        default=None,
        ge=0,
        le=_TEN_YEARS_MINS,
        description="How far back startup asks for closed orders and fills; none and 0 mean all the venue gives.",
    )
    instrument_ids: InstrumentIds | None = Field(
        default=None,
        description="Reconcile these instruments only; none means all. In-flight checks ignore it.",
    )
    filter_unclaimed_external_orders: bool = Field(
        default=False,
        description="Drop orders found at the venue that nobody here placed and no strategy claims.",
    )
    filter_position_reports: bool = Field(
        default=False,
        description="Leave positions out of startup reconciliation; for accounts shared with another node.",
    )
    filtered_client_order_ids: ClientOrderIds = Field(
        default=(),
        description="Client order ids startup leaves alone; an open check re-admits them as external.",
    )
    generate_missing_orders: bool = Field(
        default=True,
        description="Book a synthetic order when fills do not explain the venue's position.",
    )
    allow_overfills: bool = Field(
        default=False,
        description="Accept a fill beyond the order's quantity; false refuses the fill.",
    )

    # -- In-flight orders --------------------------------------------------------------------------
    inflight_check_interval_ms: InflightMillis | None = Field(
        default=2_000,
        description="How often orders without an answer are looked at; none turns the check off.",
    )
    inflight_check_threshold_ms: InflightMillis = Field(
        default=5_000,
        description="Age of an unanswered order before its first query, and the least gap between queries.",
    )
    inflight_check_retries: int = Field(
        default=5,
        ge=1,
        le=1_000,
        description="Queries before SUBMITTED is called REJECTED and PENDING_* is called CANCELED.",
    )

    # -- Open orders -------------------------------------------------------------------------------
    open_check_interval_secs: IntervalSecs | None = Field(
        default=5.0,
        description="How often open orders are compared with the venue; none turns the check off.",
    )
    open_check_open_only: bool = Field(
        default=False,
        description="Ask for open orders only; cheaper, but a cancel lost on the wire is never repaired.",
    )
    open_check_lookback_mins: int = Field(
        default=60,
        ge=60,
        le=_TEN_YEARS_MINS,
        description="How far back the open check asks; older orders cost a query each.",
    )
    open_check_threshold_ms: Millis = Field(
        default=5_000,
        description="Orders with activity younger than this are left alone by the open check.",
    )
    open_check_missing_retries: Retries = Field(
        default=5,
        description="Times an open order must be missing in the bulk answer before it is asked for by itself.",
    )
    max_single_order_queries_per_cycle: int = Field(
        default=10,
        ge=1,
        le=1_000,
        description="Most single-order queries in one open check.",
    )
    single_order_query_delay_ms: Millis = Field(
        default=100,
        description="Pause between single-order queries.",
    )

    # -- Positions ---------------------------------------------------------------------------------
    position_check_interval_secs: IntervalSecs | None = Field(
        default=30.0,
        description="How often positions are compared with the venue; none turns the check off.",
    )
    position_check_lookback_mins: Mins = Field(
        default=60,
        description="How far back fills are asked for when a position differs.",
    )
    position_check_threshold_ms: Millis = Field(
        default=5_000,
        description="Grace after an instrument's last local fill before a differing position is acted on.",
    )
    position_check_retries: Retries = Field(
        default=3,
        description="Attempts at one differing position before the engine gives up on it.",
    )

    # -- Audit and purge ---------------------------------------------------------------------------
    own_books_audit_interval_secs: IntervalSecs | None = Field(
        default=None,
        description="How often own order books are audited; it only logs, and needs managed own books.",
    )
    purge_closed_orders_interval_mins: Mins | None = Field(
        default=10,
        description="How often closed orders are dropped from memory; none keeps them all.",
    )
    purge_closed_orders_buffer_mins: Mins | None = Field(
        default=60,
        description="How long an order must be closed before it is dropped; none drops it at once.",
    )
    purge_closed_positions_interval_mins: Mins | None = Field(
        default=None,
        description="How often closed positions are dropped from memory; none keeps them and their realized PnL.",
    )
    purge_closed_positions_buffer_mins: Mins | None = Field(
        default=None,
        description="How long a position must be closed before it is dropped; none drops it at once.",
    )
    purge_account_events_interval_mins: Mins | None = Field(
        default=60,
        description="How often old account states are dropped from memory; none keeps them all.",
    )
    purge_account_events_lookback_mins: Mins | None = Field(
        default=1_440,
        description="How long account states are kept; none drops all but the last.",
    )
    purge_from_database: bool = Field(
        default=False,
        description="Delete what is purged from the cache database too, and with it what recovery needs.",
    )

    @model_validator(mode="after")
    def _threshold_covers_interval(self) -> Self:
        interval, threshold = self.inflight_check_interval_ms, self.inflight_check_threshold_ms
        if interval is not None and threshold < interval:
            raise PydanticCustomError(
                "relation",
                "inflight_check_threshold_ms ({threshold}) must be at least inflight_check_interval_ms ({interval})",
                {
                    "threshold": threshold,
                    "interval": interval,
                    "keys": ("inflight_check_threshold_ms", "inflight_check_interval_ms"),
                },
            )
        return self

    @property
    def effective(self) -> Self:
        """The settings as they act: what `enabled = false` masks is off, and an empty list filters nothing."""
        masked: dict[str, None] = {} if self.enabled else dict.fromkeys(_MASKED_BY_DISABLED)
        return self.model_copy(update=masked | ({} if self.instrument_ids else {"instrument_ids": None}))

    def to_live_exec_engine_config(self) -> "LiveExecEngineConfig":
        """Return the engine's own, validated configuration object.

        It is built through the engine's `parse`, which is the only way it checks types and ranges. Fields that
        do not concern reconciliation keep the engine's defaults.
        """
        from reconciliation.engine.generation import generation

        return generation().exec_engine_config(self)
