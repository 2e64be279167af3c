from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from jail import shipped
from nautilus_trader.config import CacheConfig, LiveExecEngineConfig, TradingNodeConfig

from reconciliation import (
    CacheUrlMissingError,
    ExternalOrderClaimConfig,
    LiveTradingNodeConfig,
    ReconciliationConfig,
    ReconciliationPreset,
)
from reconciliation.engine.generation import fields

# The engine's names of our keys, where they differ, as the specification gives them.
RENAMED = {
    "enabled": "reconciliation",
    "startup_delay_secs": "reconciliation_startup_delay_secs",
    "lookback_mins": "reconciliation_lookback_mins",
    "instrument_ids": "reconciliation_instrument_ids",
}
CACHE_URL = "redis://127.0.0.1:6379"


def emitted(config: ReconciliationConfig) -> dict[str, Any]:
    engine = config.to_live_exec_engine_config()
    assert type(engine) is LiveExecEngineConfig
    return {name: getattr(engine, name) for name in engine.__struct_fields__}


def live(env: dict[str, str] | None = None, preset: str | None = None) -> LiveTradingNodeConfig:
    return LiveTradingNodeConfig.from_settings(shipped({"RECON_CACHE_URL": CACHE_URL} | (env or {}), preset=preset))


@pytest.mark.parametrize("preset", ["conservative", "standard", "aggressive"])
def test_preset_arrives_in_the_engine_field_by_field(preset: str) -> None:
    config = shipped(preset=preset).reconciliation
    engine = emitted(config)
    ours = {RENAMED.get(key, key): value for key, value in config.model_dump().items()}
    ours["filtered_client_order_ids"] = ours["filtered_client_order_ids"] or None
    assert {name: engine[name] for name in ours} == ours
    untouched = {name: getattr(LiveExecEngineConfig(), name) for name in engine.keys() - ours.keys()}
    assert {name: engine[name] for name in untouched} == untouched


@pytest.mark.parametrize("key", ReconciliationConfig.model_fields)
def test_every_key_has_an_engine_field(key: str) -> None:
    expected = key if key in LiveExecEngineConfig.__struct_fields__ else RENAMED[key]
    assert str(fields().by_key(f"reconciliation.{key}")) == f"LiveExecEngineConfig.{expected}"
    assert expected in LiveExecEngineConfig.__struct_fields__


def test_every_reconciliation_field_of_the_engine_has_a_key() -> None:
    words = ("reconciliation", "check_", "filter", "purge", "single_order", "own_books", "missing_orders", "overfills")
    concerned = {name for name in LiveExecEngineConfig.__struct_fields__ if any(word in name for word in words)}
    assert concerned <= {RENAMED.get(key, key) for key in ReconciliationConfig.model_fields}


def test_nothing_and_empty_become_what_the_engine_calls_off() -> None:
    config = ReconciliationConfig(
        inflight_check_interval_ms=None,
        open_check_interval_secs=None,
        position_check_interval_secs=None,
        lookback_mins=None,
        instrument_ids=(),
        purge_closed_orders_interval_mins=None,
        purge_closed_orders_buffer_mins=None,
    )
    engine = emitted(config)
    assert engine["inflight_check_interval_ms"] == 0
    assert engine["open_check_interval_secs"] is None
    assert engine["position_check_interval_secs"] is None
    assert engine["reconciliation_lookback_mins"] is None
    assert engine["reconciliation_instrument_ids"] is None
    assert engine["filtered_client_order_ids"] is None
    assert engine["purge_closed_orders_interval_mins"] is None
    assert engine["purge_closed_orders_buffer_mins"] is None


def test_ids_become_the_engines_identifiers() -> None:
    engine = emitted(
        ReconciliationConfig(instrument_ids=("BTC/USDT.BINANCE",), filtered_client_order_ids=("O-1", "O-2"))
    )
    assert [type(item).__name__ for item in engine["reconciliation_instrument_ids"]] == ["InstrumentId"]
    assert [item.value for item in engine["reconciliation_instrument_ids"]] == ["BTC/USDT.BINANCE"]
    assert [type(item).__name__ for item in engine["filtered_client_order_ids"]] == ["ClientOrderId"] * 2
    assert [item.value for item in engine["filtered_client_order_ids"]] == ["O-1", "O-2"]


@pytest.mark.parametrize("through_node", [False, True])
def test_disabled_switches_every_check_off(*, through_node: bool) -> None:
    env = {"RECON_OWN_BOOKS_AUDIT_INTERVAL_SECS": "60"}
    node = live(env, preset="disabled")
    reconciliation = node.settings.reconciliation
    assert reconciliation.own_books_audit_interval_secs == 60.0
    engine = node.build_exec_engine_config() if through_node else reconciliation.to_live_exec_engine_config()
    assert engine.reconciliation is False
    assert engine.inflight_check_interval_ms == 0
    assert engine.open_check_interval_secs is None
    assert engine.position_check_interval_secs is None
    assert engine.own_books_audit_interval_secs is None


@pytest.mark.parametrize("flag", [True, False])
def test_flags_of_other_sections_reach_the_execution_engine(*, flag: bool) -> None:
    word = str(flag).lower()
    node = live({"RECON_CACHE_LOAD_CACHE": word, "RECON_NODE_GRACEFUL_SHUTDOWN_ON_EXCEPTION": word})
    for engine in (node.build_exec_engine_config(), node.build_trading_node_config().exec_engine):
        assert engine.load_cache is flag
        assert engine.graceful_shutdown_on_exception is flag


@pytest.mark.parametrize("preset", ReconciliationPreset)
def test_emitted_config_survives_the_engines_own_round_trip(preset: ReconciliationPreset) -> None:
    engine = shipped(preset=preset).reconciliation.to_live_exec_engine_config()
    assert LiveExecEngineConfig.parse(engine.json()) == engine


@pytest.mark.parametrize(
    ("url", "host", "port", "username", "password", "ssl"),
    [
        ("redis://cache.internal:6380", "cache.internal", 6380, None, None, False),
        ("rediss://10.0.0.1:6379/", "10.0.0.1", 6379, None, None, True),
        ("redis://:secret@h:1/0", "h", 1, None, "secret", False),
        ("rediss://us%40er:p%3A%2F%40%25%20w@h:65535", "h", 65535, "us@er", "p:/@% w", True),
        ("redis://user:%C3%BC@[::1]:6379", "[::1]", 6379, "user", "ü", False),
    ],
)
def test_cache_url_becomes_the_engines_database(
    url: str, host: str, port: int, username: str | None, password: str | None, *, ssl: bool
) -> None:
    cache = live({"RECON_CACHE_URL": url}).build_cache_config()
    assert type(cache) is CacheConfig
    assert cache.database.type == "redis"
    assert (cache.database.host, cache.database.port) == (host, port)
    assert cache.database.ssl is ssl
    # The engine puts both into a url of its own as they are: they must stand there quoted, once.
    given = (cache.database.username, cache.database.password)
    assert given == tuple(None if text is None else quote(text, safe="") for text in (username, password))


@pytest.mark.parametrize("retries", [1, 2, 3])
def test_cache_is_kept_and_its_retries_are_bounded(retries: int) -> None:
    # More or slower retries hang a boot without Redis for minutes, deaf to SIGTERM.
    cache = live({"RECON_CACHE_NUMBER_OF_RETRIES": str(retries)}).build_cache_config()
    assert cache.database.number_of_retries == retries
    assert (cache.database.factor, cache.database.max_delay) == (1, 1)
    assert cache.persist_account_events is True
    assert cache.flush_on_start is False


def test_cache_and_node_need_a_cache_url() -> None:
    node = LiveTradingNodeConfig.from_settings(shipped())
    for build in (node.build_cache_config, node.build_trading_node_config):
        with pytest.raises(CacheUrlMissingError, match="RECON_CACHE_URL"):
            build()
    assert node.build_exec_engine_config().reconciliation is True


def test_node_config_carries_every_section() -> None:
    instance = "6b8f6f3e-4e0c-4b8a-9f5e-0f4f3a7f1c2d"
    env = {
        "RECON_NODE_TRADER_ID": "DESK-007",
        "RECON_NODE_INSTANCE_ID": instance,
        "RECON_NODE_TIMEOUT_CONNECTION": "11",
        "RECON_NODE_TIMEOUT_RECONCILIATION": "12",
        "RECON_NODE_TIMEOUT_PORTFOLIO": "13",
        "RECON_NODE_TIMEOUT_DISCONNECTION": "14",
        "RECON_NODE_TIMEOUT_POST_STOP": "15",
        "RECON_NODE_TIMEOUT_SHUTDOWN": "16",
        "RECON_NODE_LOAD_STATE": "true",
        "RECON_NODE_SAVE_STATE": "true",
        "RECON_NODE_GRACEFUL_SHUTDOWN_ON_EXCEPTION": "true",
        "RECON_LOG_LEVEL": "WARNING",
    }
    node = live(env, preset="aggressive")
    config = node.build_trading_node_config()
    assert type(config) is TradingNodeConfig
    assert config.trader_id.value == "DESK-007"
    assert config.instance_id.value == instance
    timeouts = ("connection", "reconciliation", "portfolio", "disconnection", "post_stop", "shutdown")
    assert [getattr(config, f"timeout_{name}") for name in timeouts] == [11.0, 12.0, 13.0, 14.0, 15.0, 16.0]
    assert (config.load_state, config.save_state) == (True, True)
    assert config.data_engine.graceful_shutdown_on_exception is True
    assert config.risk_engine.graceful_shutdown_on_exception is True
    assert config.logging.log_level == "WARNING"
    assert config.exec_engine == node.build_exec_engine_config()
    assert config.cache == node.build_cache_config()
    assert (config.data_clients, config.exec_clients) == ({}, {})


def test_node_without_instance_id_leaves_it_to_the_engine() -> None:
    assert live().build_trading_node_config().instance_id is None


def test_node_config_has_the_venues_clients_when_one_is_given() -> None:
    env = {
        "RECON_VENUE_HTTP_URL": "http://127.0.0.1:8080",
        "RECON_VENUE_STREAM_URL": "ws://127.0.0.1:8080",
        "RECON_VENUE_API_KEY": "key",
        "RECON_VENUE_API_SECRET": "secret",
    }
    config = live(env).build_trading_node_config()
    assert list(config.data_clients) == ["BINANCE"]
    client = config.exec_clients["BINANCE"]
    assert (client.api_key, client.api_secret, client.base_url_http) == ("key", "secret", "http://127.0.0.1:8080")


def test_claims_are_no_part_of_the_emitted_objects() -> None:
    # The engine takes claims from strategies only; here they must leave the configuration objects untouched.
    plain = shipped({"RECON_CACHE_URL": CACHE_URL})
    claimed = plain.with_sections().model_copy(update={"claims": {"A-1": ExternalOrderClaimConfig(claim_all=True)}})
    built = [LiveTradingNodeConfig(settings).build_exec_engine_config() for settings in (plain, claimed)]
    assert msgspec.json.encode(built[0].dict()) == msgspec.json.encode(built[1].dict())
