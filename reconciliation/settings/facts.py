"""What rules judge by and nothing else reads."""

from typing import Literal

from pydantic import Field

from reconciliation.settings.section import Section


class FactsSettings(Section):
    """Facts about the account, the venue and the supervisor that no engine setting holds."""

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
    history_orders: int | None = Field(
        default=None,
        ge=1,
        le=10_000_000,
        description="How many orders, each of about one fill, the venue tells a start of; none leaves W41 silent.",
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
    database_shared: bool | None = Field(
        default=None,
        description="Whether others keep data in the cache's database; none counts as shared where it matters.",
    )
