"""From settings to the engine's own configuration objects."""

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote, urlsplit

from nautilus_trader.common import Environment
from nautilus_trader.config import (
    CacheConfig,
    LiveDataEngineConfig,
    LiveExecEngineConfig,
    LiveRiskEngineConfig,
    LoggingConfig,
    TradingNodeConfig,
)
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.model.identifiers import TraderId

from reconciliation.config import ReconciliationConfig, engine_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciliation.settings import Settings

MASKED_BY_DISABLED: Final[dict[str, Any]] = {
    "reconciliation": False,
    "inflight_check_interval_ms": 0,
    "open_check_interval_secs": None,
    "position_check_interval_secs": None,
    "own_books_audit_interval_secs": None,
}
"""What `enabled = false` emits; the engine alone would go on with in-flight checks, before clients connect."""


NO_RESIDUALS_SECS: Final = 0.001
"""The engine wants a positive time."""


class CacheUrlMissingError(Exception):
    """A cache configuration was asked for, and no `RECON_CACHE_URL` is set."""

    def __init__(self) -> None:
        super().__init__("no cache database is given; set RECON_CACHE_URL to redis://HOST:PORT")


def exec_engine_config(
    reconciliation: ReconciliationConfig,
    *,
    load_cache: bool = True,
    graceful_shutdown_on_exception: bool = False,
) -> LiveExecEngineConfig:
    """Return the execution engine's configuration, checked by the engine's own `parse`.

    The constructor checks nothing (a NaN kills the check loop in silence); `parse` checks types, ranges and names.
    """
    fields: dict[str, Any] = {engine_name(key): value for key, value in reconciliation.model_dump(mode="json").items()}
    # To the engine 0 is off, and an empty list is no filter.
    fields["inflight_check_interval_ms"] = fields["inflight_check_interval_ms"] or 0
    fields["reconciliation_instrument_ids"] = fields["reconciliation_instrument_ids"] or None
    fields["filtered_client_order_ids"] = fields["filtered_client_order_ids"] or None
    if not reconciliation.enabled:
        fields |= MASKED_BY_DISABLED
    fields["load_cache"] = load_cache
    fields["graceful_shutdown_on_exception"] = graceful_shutdown_on_exception
    return LiveExecEngineConfig.parse(json.dumps(fields))


def cache_config(settings: "Settings") -> CacheConfig:
    """Return the cache's configuration: always a Redis database, account events kept, never flushed.

    Raises:
        CacheUrlMissingError: the settings name no database.
    """
    if settings.cache.url is None:
        raise CacheUrlMissingError
    url = urlsplit(settings.cache.url.get_secret_value())
    database = {
        "type": "redis",
        "host": url.hostname,
        "port": url.port,
        # The engine puts both into a url of its own as they are.
        "username": quote(unquote(url.username), safe="") if url.username else None,
        "password": quote(unquote(url.password), safe="") if url.password else None,
        "ssl": url.scheme == "rediss",
        "connection_timeout": 5,
        # With the defaults (100 retries, exponential) a boot without Redis hangs for minutes, deaf to SIGTERM.
        "number_of_retries": settings.cache.number_of_retries,
        "factor": 1,
        "max_delay": 1,
    }
    fields = {"database": database, "persist_account_events": True, "flush_on_start": False}
    return CacheConfig.parse(json.dumps(fields))


def trading_node_config(
    settings: "Settings",
    data_clients: "Mapping[str, Any]",
    exec_clients: "Mapping[str, Any]",
    *,
    log_colors: bool = True,
    trades: bool = True,
) -> TradingNodeConfig:
    """Return the node's configuration with the given clients' configurations by name.

    A node that does not trade awaits no residual events when it stops.
    """
    node = settings.node
    graceful = node.graceful_shutdown_on_exception
    return TradingNodeConfig(
        environment=Environment.LIVE,
        trader_id=TraderId(node.trader_id),
        instance_id=UUID4.from_str(node.instance_id) if node.instance_id else None,
        cache=cache_config(settings),
        data_engine=LiveDataEngineConfig(graceful_shutdown_on_exception=graceful),
        risk_engine=LiveRiskEngineConfig(graceful_shutdown_on_exception=graceful),
        exec_engine=exec_engine_config(
            settings.reconciliation,
            load_cache=settings.cache.load_cache,
            graceful_shutdown_on_exception=graceful,
        ),
        data_clients=dict(data_clients),
        exec_clients=dict(exec_clients),
        load_state=node.load_state,
        save_state=node.save_state,
        logging=LoggingConfig(log_level=settings.log.level, log_colors=log_colors),
        timeout_connection=node.timeout_connection,
        timeout_reconciliation=node.timeout_reconciliation,
        timeout_portfolio=node.timeout_portfolio,
        timeout_disconnection=node.timeout_disconnection,
        timeout_post_stop=node.timeout_post_stop if trades else NO_RESIDUALS_SECS,
        timeout_shutdown=node.timeout_shutdown,
    )
