"""The 35 leaves as dataclasses, for the peers whose users write dataclasses."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Reconciliation:
    """The section `reconciliation`."""

    enabled: bool
    startup_delay_secs: float
    lookback_mins: int | None
    instrument_ids: tuple[str, ...]
    filter_unclaimed_external_orders: bool
    filter_position_reports: bool
    filtered_client_order_ids: tuple[str, ...]
    generate_missing_orders: bool
    allow_overfills: bool
    inflight_check_interval_ms: int | None
    inflight_check_threshold_ms: int
    inflight_check_retries: int
    open_check_interval_secs: float | None
    open_check_open_only: bool
    open_check_lookback_mins: int
    open_check_threshold_ms: int
    open_check_missing_retries: int
    max_single_order_queries_per_cycle: int
    single_order_query_delay_ms: int
    position_check_interval_secs: float | None
    position_check_lookback_mins: int
    position_check_threshold_ms: int
    position_check_retries: int
    own_books_audit_interval_secs: float | None
    purge_closed_orders_interval_mins: int | None
    purge_closed_orders_buffer_mins: int | None
    purge_closed_positions_interval_mins: int | None
    purge_closed_positions_buffer_mins: int | None
    purge_account_events_interval_mins: int | None
    purge_account_events_lookback_mins: int | None
    purge_from_database: bool


@dataclass(frozen=True)
class Node:
    """The four leaves of the section `node`."""

    trader_id: str
    timeout_connection: float
    load_state: bool
    tolerated_outage_secs: float


@dataclass(frozen=True)
class Whole:
    """Both sections."""

    reconciliation: Reconciliation
    node: Node
