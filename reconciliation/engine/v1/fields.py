"""The field table of NautilusTrader 1.231: `explain`, the emission and the reading of hand-written configurations.

Nothing of the engine is imported here; the tests hold the table against its classes.
"""

from typing import Final

from reconciliation.config import ReconciliationConfig
from reconciliation.engine.fields import EngineField, FieldTable

EXEC_ENGINE: Final = "LiveExecEngineConfig"
NODE: Final = "TradingNodeConfig"
CACHE: Final = "CacheConfig"
DATABASE: Final = "DatabaseConfig"
LOGGING: Final = "LoggingConfig"
BINANCE: Final = "BinanceExecClientConfig"

PARTS: Final = {EXEC_ENGINE: "exec_engine.", CACHE: "cache.", DATABASE: "cache.database.", NODE: ""}
"""Where each class's fields stand in a `TradingNodeConfig`."""

_NAMES: Final = {
    "enabled": "reconciliation",
    "lookback_mins": "reconciliation_lookback_mins",
    "instrument_ids": "reconciliation_instrument_ids",
    "startup_delay_secs": "reconciliation_startup_delay_secs",
}
"""The keys of `[reconciliation]` whose field has another name; all others are named alike."""

_NOTHING: Final = {
    "inflight_check_interval_ms": (None, 0),
    "instrument_ids": (None, None),
    "filtered_client_order_ids": ((), None),
}
"""The keys of `[reconciliation]` that say nothing in another way than the engine does."""

_IDS: Final = frozenset({"instrument_ids", "filtered_client_order_ids"})


def _reconciliation(key: str) -> EngineField:
    return EngineField(
        f"reconciliation.{key}",
        EXEC_ENGINE,
        _NAMES.get(key, key),
        nothing=_NOTHING.get(key),
        holds_ids=key in _IDS,
    )


def _same(section: str, owner: str, *names: str) -> tuple[EngineField, ...]:
    return tuple(EngineField(f"{section}.{name}", owner, name) for name in names)


_UNRELATED: Final = "concerns no reconciliation; the engine's default stays"

FIELDS: Final = FieldTable(
    (
        *map(_reconciliation, ReconciliationConfig.model_fields),
        *_same("node", EXEC_ENGINE, "graceful_shutdown_on_exception", "manage_own_order_books"),
        *_same("cache", EXEC_ENGINE, "load_cache"),
        *_same(
            "node",
            NODE,
            "trader_id",
            "instance_id",
            "timeout_connection",
            "timeout_reconciliation",
            "timeout_portfolio",
            "timeout_disconnection",
            "timeout_post_stop",
            "timeout_shutdown",
            "load_state",
            "save_state",
        ),
        EngineField("cache.url", DATABASE, "host"),
        *_same("cache", DATABASE, "number_of_retries"),
        EngineField("venue.name", BINANCE, "venue"),
        *_same("venue", BINANCE, "environment", "account_type", "api_key", "api_secret"),
        EngineField("venue.http_url", BINANCE, "base_url_http"),
        EngineField("venue.stream_url", BINANCE, "base_url_ws_stream"),
        EngineField("log.level", LOGGING, "log_level"),
        # What no setting holds, and rules judge in a configuration written by hand.
        EngineField("claims", NODE, "strategies", is_setting=False),
        EngineField("snapshot_orders", EXEC_ENGINE, "snapshot_orders", is_setting=False),
        EngineField("snapshot_positions", EXEC_ENGINE, "snapshot_positions", is_setting=False),
        EngineField("cache.flush_on_start", CACHE, "flush_on_start", is_setting=False),
        EngineField("cache.use_instance_id", CACHE, "use_instance_id", is_setting=False),
        *(
            EngineField(f"cache.database.{name}", DATABASE, name, is_setting=False)
            for name in ("username", "password", "factor", "max_delay")
        ),
    ),
    {
        EXEC_ENGINE: {
            "snapshot_orders": _UNRELATED,
            "snapshot_positions": _UNRELATED,
            "snapshot_positions_interval_secs": _UNRELATED,
            "external_clients": _UNRELATED,
            "qsize": _UNRELATED,
            "debug": _UNRELATED,
        },
        CACHE: {
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
        DATABASE: {
            "type": "always redis, the one that the engine has",
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
    },
    PARTS,
)
