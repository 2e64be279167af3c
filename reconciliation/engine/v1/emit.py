"""From settings to the engine's own configuration objects, by the field table."""

import json
from collections.abc import Mapping
from typing import Any, Final
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

from reconciliation.config import ReconciliationConfig
from reconciliation.engine.errors import CacheUrlMissingError
from reconciliation.engine.v1.fields import EXEC_ENGINE, FIELDS, NODE
from reconciliation.settings import Settings

NO_RESIDUALS_SECS: Final = 0.001
"""The engine wants a positive time."""


def exec_engine_config(
    reconciliation: ReconciliationConfig,
    *,
    load_cache: bool = True,
    graceful_shutdown_on_exception: bool = False,
) -> LiveExecEngineConfig:
    """Return the execution engine's configuration, checked by the engine's own `parse`.

    The constructor checks nothing (a NaN kills the check loop in silence); `parse` checks types, ranges and names.
    """
    values = {f"reconciliation.{key}": value for key, value in reconciliation.effective.model_dump(mode="json").items()}
    values["cache.load_cache"] = load_cache
    values["node.graceful_shutdown_on_exception"] = graceful_shutdown_on_exception
    fields = {field.name: field.emitted(_hashable(values[field.key])) for field in FIELDS.settings(EXEC_ENGINE)}
    return LiveExecEngineConfig.parse(json.dumps(fields))


def _hashable(value: Any) -> Any:
    """Return a list as a tuple, as settings have it."""
    return tuple(value) if isinstance(value, list) else value


def cache_config(settings: Settings) -> CacheConfig:
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
    settings: Settings,
    data_clients: Mapping[str, Any],
    exec_clients: Mapping[str, Any],
    *,
    log_colors: bool = True,
    read_only: bool = False,
) -> TradingNodeConfig:
    """Return the node's configuration with the given clients' configurations by name.

    A read-only node awaits no residual events when it stops.

    Raises:
        CacheUrlMissingError: the settings name no database.
    """
    node = settings.node
    graceful = node.graceful_shutdown_on_exception
    fields: dict[str, Any] = {field.name: getattr(node, field.key.partition(".")[2]) for field in FIELDS.settings(NODE)}
    fields["trader_id"] = TraderId(node.trader_id)
    fields["instance_id"] = UUID4.from_str(node.instance_id) if node.instance_id else None
    if read_only:
        fields["timeout_post_stop"] = NO_RESIDUALS_SECS
    return TradingNodeConfig(
        **fields,
        environment=Environment.LIVE,
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
        logging=LoggingConfig(log_level=settings.log.level, log_colors=log_colors),
    )
