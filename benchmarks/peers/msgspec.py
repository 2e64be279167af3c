"""The floor: tomllib, a loop over the environment and one conversion, with no origins and no messages to speak of."""

import os
from typing import Final

from msgspec import Struct, convert, to_builtins

from benchmarks.job import Tree, environment, read_files
from benchmarks.peers import FLOOR, Peer

_PREFIX: Final = "RECON_"


class _Reconciliation(Struct, frozen=True, forbid_unknown_fields=True):
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


class _Node(Struct, frozen=True, forbid_unknown_fields=True):
    trader_id: str
    timeout_connection: float
    load_state: bool
    tolerated_outage_secs: float


class _Whole(Struct, frozen=True, forbid_unknown_fields=True):
    reconciliation: _Reconciliation
    node: _Node


def _resolve() -> _Whole:
    values = read_files()
    for name, text in os.environ.items():
        if name.startswith(_PREFIX):
            section, _, key = name.removeprefix(_PREFIX).lower().partition("__")
            values[section][key] = text
    whole: _Whole = convert(values, _Whole, strict=False)
    return whole


def _plain(whole: _Whole) -> Tree:
    values: Tree = to_builtins(whole)
    return values


PEERS: Final = (Peer(FLOOR, environment("RECON_{section}__{key}"), _resolve, _plain),)
