"""environs: a typed call per variable, with the files' values as defaults.

It checks what comes from the environment; what the files say it takes as it is.
"""

from dataclasses import asdict
from typing import Final

from environs import Env  # type: ignore[import-not-found] # only in the benchmark's own environment

from benchmarks.job import environment, read_files
from benchmarks.peers import Peer
from benchmarks.peers.schema import Node, Reconciliation, Whole


def _resolve() -> Whole:
    files = read_files()
    env = Env()
    with env.prefixed("RECON_"):
        values = files["reconciliation"]
        reconciliation = Reconciliation(
            enabled=env.bool("ENABLED", values["enabled"]),
            startup_delay_secs=env.float("STARTUP_DELAY_SECS", values["startup_delay_secs"]),
            lookback_mins=env.int("LOOKBACK_MINS", values["lookback_mins"]),
            instrument_ids=env.list("INSTRUMENT_IDS", values["instrument_ids"]),
            filter_unclaimed_external_orders=env.bool(
                "FILTER_UNCLAIMED_EXTERNAL_ORDERS", values["filter_unclaimed_external_orders"]
            ),
            filter_position_reports=env.bool("FILTER_POSITION_REPORTS", values["filter_position_reports"]),
            filtered_client_order_ids=env.list("FILTERED_CLIENT_ORDER_IDS", values["filtered_client_order_ids"]),
            generate_missing_orders=env.bool("GENERATE_MISSING_ORDERS", values["generate_missing_orders"]),
            allow_overfills=env.bool("ALLOW_OVERFILLS", values["allow_overfills"]),
            inflight_check_interval_ms=env.int("INFLIGHT_CHECK_INTERVAL_MS", values["inflight_check_interval_ms"]),
            inflight_check_threshold_ms=env.int("INFLIGHT_CHECK_THRESHOLD_MS", values["inflight_check_threshold_ms"]),
            inflight_check_retries=env.int("INFLIGHT_CHECK_RETRIES", values["inflight_check_retries"]),
            open_check_interval_secs=env.float("OPEN_CHECK_INTERVAL_SECS", values["open_check_interval_secs"]),
            open_check_open_only=env.bool("OPEN_CHECK_OPEN_ONLY", values["open_check_open_only"]),
            open_check_lookback_mins=env.int("OPEN_CHECK_LOOKBACK_MINS", values["open_check_lookback_mins"]),
            open_check_threshold_ms=env.int("OPEN_CHECK_THRESHOLD_MS", values["open_check_threshold_ms"]),
            open_check_missing_retries=env.int("OPEN_CHECK_MISSING_RETRIES", values["open_check_missing_retries"]),
            max_single_order_queries_per_cycle=env.int(
                "MAX_SINGLE_ORDER_QUERIES_PER_CYCLE", values["max_single_order_queries_per_cycle"]
            ),
            single_order_query_delay_ms=env.int("SINGLE_ORDER_QUERY_DELAY_MS", values["single_order_query_delay_ms"]),
            position_check_interval_secs=env.float(
                "POSITION_CHECK_INTERVAL_SECS", values["position_check_interval_secs"]
            ),
            position_check_lookback_mins=env.int(
                "POSITION_CHECK_LOOKBACK_MINS", values["position_check_lookback_mins"]
            ),
            position_check_threshold_ms=env.int("POSITION_CHECK_THRESHOLD_MS", values["position_check_threshold_ms"]),
            position_check_retries=env.int("POSITION_CHECK_RETRIES", values["position_check_retries"]),
            own_books_audit_interval_secs=env.float(
                "OWN_BOOKS_AUDIT_INTERVAL_SECS", values["own_books_audit_interval_secs"]
            ),
            purge_closed_orders_interval_mins=env.int(
                "PURGE_CLOSED_ORDERS_INTERVAL_MINS", values["purge_closed_orders_interval_mins"]
            ),
            purge_closed_orders_buffer_mins=env.int(
                "PURGE_CLOSED_ORDERS_BUFFER_MINS", values["purge_closed_orders_buffer_mins"]
            ),
            purge_closed_positions_interval_mins=env.int(
                "PURGE_CLOSED_POSITIONS_INTERVAL_MINS", values["purge_closed_positions_interval_mins"]
            ),
            purge_closed_positions_buffer_mins=env.int(
                "PURGE_CLOSED_POSITIONS_BUFFER_MINS", values["purge_closed_positions_buffer_mins"]
            ),
            purge_account_events_interval_mins=env.int(
                "PURGE_ACCOUNT_EVENTS_INTERVAL_MINS", values["purge_account_events_interval_mins"]
            ),
            purge_account_events_lookback_mins=env.int(
                "PURGE_ACCOUNT_EVENTS_LOOKBACK_MINS", values["purge_account_events_lookback_mins"]
            ),
            purge_from_database=env.bool("PURGE_FROM_DATABASE", values["purge_from_database"]),
        )
        with env.prefixed("NODE_"):
            values = files["node"]
            node = Node(
                trader_id=env.str("TRADER_ID", values["trader_id"]),
                timeout_connection=env.float("TIMEOUT_CONNECTION", values["timeout_connection"]),
                load_state=env.bool("LOAD_STATE", values["load_state"]),
                tolerated_outage_secs=env.float("TOLERATED_OUTAGE_SECS", values["tolerated_outage_secs"]),
            )
    return Whole(reconciliation, node)


_VARIABLES: Final = {
    name.replace("_RECONCILIATION_", "_"): text for name, text in environment("RECON_{section}_{key}").items()
}

PEERS: Final = (Peer("environs", _VARIABLES, _resolve, asdict),)
