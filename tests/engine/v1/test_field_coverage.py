"""Every field of the engine's configurations is a setting of ours, or is left alone for a reason that stands here."""

import inspect
import re
from typing import Any

import msgspec
import pytest
from nautilus_trader.config import CacheConfig, DatabaseConfig, LiveExecEngineConfig, TradingNodeConfig

from reconciliation.engine.v1.fields import FIELDS
from reconciliation.layers import known
from reconciliation.rules.catalogue import RULES

CONFIGS = (LiveExecEngineConfig, CacheConfig, DatabaseConfig, TradingNodeConfig)
"""The engine's classes of which every field is a setting or left alone; of a node's, the timeouts only."""

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


def ours(config: type) -> set[str]:
    """The engine's fields that settings become."""
    return {field.name for field in FIELDS.settings(config.__name__)}


def left_alone(config: type) -> dict[str, str]:
    return dict(FIELDS.left_alone.get(config.__name__, {}))


def names(config: Any) -> list[str]:
    names: list[str] = list(config.__struct_fields__)
    return [name for name in names if name.startswith("timeout_")] if config is TradingNodeConfig else names


def documented(config: type, field: str) -> str:
    """What upstream says of a field, so that a new one can be judged where the test fails."""
    text = inspect.getdoc(config) or ""
    found = re.search(rf"^{field} :.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    return found.group(0) if found else "upstream says nothing of it"


EVERY = [(config, field) for config in CONFIGS for field in names(config)]


@pytest.mark.parametrize(("config", "field"), EVERY, ids=lambda value: getattr(value, "__name__", value))
def test_every_field_is_a_setting_or_left_alone_for_a_reason(config: type, field: str) -> None:
    is_ours, left = field in ours(config), left_alone(config).get(field)
    told = documented(config, field)
    assert is_ours or left, f"{config.__name__}.{field} is new: make it a setting, or say why not.\n{told}"
    assert not (is_ours and left), f"{field} is a setting, and is said to be left alone"


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.__name__)
def test_nothing_is_left_alone_that_is_gone(config: type) -> None:
    assert set(left_alone(config)) <= set(names(config))
    assert ours(config) <= {field.name for field in msgspec.structs.fields(config)}


def test_nothing_that_decides_how_a_node_reconciles_is_left_alone() -> None:
    assert not set(FACTS_TABLE) & left_alone(LiveExecEngineConfig).keys()
    assert set(FACTS_TABLE) <= ours(LiveExecEngineConfig)


def test_every_row_is_a_setting_or_a_key_that_rules_judge_by() -> None:
    settings = {setting.key for setting in known.settings_by_path().values()}
    judged = {key for rule in RULES for key in rule.keys}
    for field in FIELDS:
        assert field.key in (settings if field.is_setting else judged | {"snapshot_positions"}), field.key


def test_what_is_written_is_read_back() -> None:
    values: list[Any] = [None, (), 0, 1, 2.5, True, False, "A"]
    for field in FIELDS:
        for value in values:
            if field.nothing is None:
                assert field.read(field.emitted(value)) == value
        if field.nothing is not None:
            assert field.read(field.emitted(field.nothing[0])) == field.nothing[0]
