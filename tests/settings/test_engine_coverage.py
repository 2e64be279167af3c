"""Every field of the engine's configurations is a setting of ours, or is left alone for a reason that stands here."""

import inspect
import re
from typing import Any

import pytest
from nautilus_trader.config import CacheConfig, DatabaseConfig, LiveExecEngineConfig, TradingNodeConfig

from reconciliation.config import ReconciliationConfig, engine_name
from reconciliation.layers import registry
from reconciliation.layers.engine_fields import engine_field
from reconciliation.settings.node import NodeSettings

NOT_RECONCILIATION = "concerns no reconciliation; the engine's default stays"

LEFT_ALONE: dict[type, dict[str, str]] = {
    LiveExecEngineConfig: {
        "snapshot_orders": NOT_RECONCILIATION,
        "snapshot_positions": NOT_RECONCILIATION,
        "snapshot_positions_interval_secs": NOT_RECONCILIATION,
        "external_clients": NOT_RECONCILIATION,
        "qsize": NOT_RECONCILIATION,
        "manage_own_order_books": NOT_RECONCILIATION,
        "debug": NOT_RECONCILIATION,
    },
    CacheConfig: {
        "database": "made from cache.url and cache.number_of_retries",
        "persist_account_events": "always on: recovery needs the account's history",
        "flush_on_start": "always off: it wipes the whole database (E13)",
        "use_instance_id": "always off: keys would change with each start (E14)",
        "use_trader_prefix": "always on: keys without it belong to nobody",
        "encoding": "the engine's default; both read the same",
        "timestamps_as_iso8601": "the engine's default; it changes how a person reads the database",
        "buffer_interval_ms": "the engine's default: every write at once, so that a crash loses none",
        "bulk_read_batch_size": "the engine's default; it changes how fast a cache is loaded",
        "drop_instruments_on_reset": "for backtests",
        "tick_capacity": "market data",
        "bar_capacity": "market data",
    },
    DatabaseConfig: {
        "type": "always redis, the one that the engine has",
        "host": "from cache.url",
        "port": "from cache.url",
        "username": "from cache.url, percent-encoded (E20)",
        "password": "from cache.url, percent-encoded (E20)",
        "ssl": "from cache.url: rediss",
        "connection_timeout": "5 s, so that a boot without the database fails soon (E18)",
        "response_timeout": "the engine's default",
        "exponent_base": "the engine's default; max_delay bounds it",
        "factor": "1, so that a boot without the database fails soon (E18)",
        "max_delay": "1 s, so that a boot without the database fails soon (E18)",
    },
    TradingNodeConfig: {},
}

FACTS_TABLE = [
    "reconciliation",
    "reconciliation_lookback_mins",
    "reconciliation_instrument_ids",
    "filter_unclaimed_external_orders",
    "filter_position_reports",
    "filtered_client_order_ids",
    "generate_missing_orders",
    "inflight_check_interval_ms",
    "inflight_check_threshold_ms",
    "inflight_check_retries",
    "open_check_interval_secs",
    "open_check_open_only",
    "open_check_lookback_mins",
    "open_check_threshold_ms",
    "open_check_missing_retries",
    "max_single_order_queries_per_cycle",
    "single_order_query_delay_ms",
    "position_check_interval_secs",
    "position_check_lookback_mins",
    "position_check_threshold_ms",
    "position_check_retries",
    "reconciliation_startup_delay_secs",
    "own_books_audit_interval_secs",
    "graceful_shutdown_on_exception",
    "load_cache",
    "allow_overfills",
    "purge_closed_orders_interval_mins",
    "purge_closed_orders_buffer_mins",
    "purge_closed_positions_interval_mins",
    "purge_closed_positions_buffer_mins",
    "purge_account_events_interval_mins",
    "purge_account_events_lookback_mins",
    "purge_from_database",
]
"""What decides how a node reconciles: none of it may be left alone."""


def ours() -> dict[type, set[str]]:
    """The engine's fields that settings become."""
    return {
        LiveExecEngineConfig: {engine_name(key) for key in ReconciliationConfig.model_fields}
        | {"load_cache", "graceful_shutdown_on_exception"},
        CacheConfig: set(),
        DatabaseConfig: {"number_of_retries"},
        TradingNodeConfig: set(NodeSettings.model_fields),
    }


def fields(config: Any) -> list[str]:
    names: list[str] = list(config.__struct_fields__)
    return [name for name in names if name.startswith("timeout_")] if config is TradingNodeConfig else names


def documented(config: type, field: str) -> str:
    """What upstream says of a field, so that a new one can be judged where the test fails."""
    text = inspect.getdoc(config) or ""
    found = re.search(rf"^{field} :.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    return found.group(0) if found else "upstream says nothing of it"


EVERY = [(config, field) for config in LEFT_ALONE for field in fields(config)]


@pytest.mark.parametrize(("config", "field"), EVERY, ids=lambda value: getattr(value, "__name__", value))
def test_every_field_is_a_setting_or_left_alone_for_a_reason(config: type, field: str) -> None:
    is_ours, left = field in ours()[config], LEFT_ALONE[config].get(field)
    told = documented(config, field)
    assert is_ours or left, f"{config.__name__}.{field} is new: make it a setting, or say why not.\n{told}"
    assert not (is_ours and left), f"{field} is a setting, and is said to be left alone"


@pytest.mark.parametrize("config", LEFT_ALONE, ids=lambda config: config.__name__)
def test_nothing_is_left_alone_that_is_gone(config: type) -> None:
    assert set(LEFT_ALONE[config]) <= set(fields(config))


def test_nothing_that_decides_how_a_node_reconciles_is_left_alone() -> None:
    assert not set(FACTS_TABLE) & set(LEFT_ALONE[LiveExecEngineConfig])
    assert set(FACTS_TABLE) <= ours()[LiveExecEngineConfig]


def test_the_reference_names_the_engine_field_of_each_setting() -> None:
    named = {engine_field(setting) for setting in registry.settings_by_path().values()}
    for name in FACTS_TABLE:
        assert any(found and found.endswith(name) for found in named), name
