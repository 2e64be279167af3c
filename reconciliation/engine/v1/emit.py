"""From settings to the engine's own configuration objects, by the field table."""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

import msgspec
from nautilus_trader.common import Environment
from nautilus_trader.config import (
    CacheConfig,
    LiveDataEngineConfig,
    LiveExecEngineConfig,
    LiveRiskEngineConfig,
    LoggingConfig,
    MessageBusConfig,
    StreamingConfig,
    TradingNodeConfig,
)
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.model.identifiers import TraderId
from nautilus_trader.serialization.arrow.serializer import list_schemas

from reconciliation.config import ReconciliationConfig
from reconciliation.engine.errors import CacheUrlMissingError
from reconciliation.engine.v1.fields import EXEC_ENGINE, FIELDS, NODE
from reconciliation.settings import Settings
from reconciliation.settings.engine_tables import thawed

NO_RESIDUALS_SECS: Final = 0.001
"""The engine wants a positive time."""


def exec_engine_config(
    reconciliation: ReconciliationConfig,
    *,
    load_cache: bool = True,
    graceful_shutdown_on_exception: bool = False,
    manage_own_order_books: bool = False,
) -> LiveExecEngineConfig:
    """Return the execution engine's configuration, checked by the engine's own `parse`.

    The constructor checks nothing (a NaN kills the check loop in silence); `parse` checks types, ranges and names.
    """
    values: dict[str, Any] = {f"reconciliation.{key}": value for key, value in reconciliation.effective}
    values["cache.load_cache"] = load_cache
    values["node.graceful_shutdown_on_exception"] = graceful_shutdown_on_exception
    values["node.manage_own_order_books"] = manage_own_order_books
    fields = {field.name: field.emitted(values[field.key]) for field in FIELDS.settings(EXEC_ENGINE)}
    return LiveExecEngineConfig.parse(json.dumps(fields))


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
        # As in the url that the engine makes of it: an IPv6 address needs its brackets.
        "host": f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname,
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
        risk_engine=_parsed(LiveRiskEngineConfig, settings.risk, graceful_shutdown_on_exception=graceful),
        message_bus=_parsed(MessageBusConfig, settings.message_bus) if settings.message_bus else None,
        streaming=_streaming_config(settings.streaming) if settings.streaming else None,
        exec_engine=exec_engine_config(
            settings.reconciliation,
            load_cache=settings.cache.load_cache,
            graceful_shutdown_on_exception=graceful,
            manage_own_order_books=node.manage_own_order_books,
        ),
        data_clients=dict(data_clients),
        exec_clients=dict(exec_clients),
        logging=_parsed(LoggingConfig, {"log_colors": log_colors, **settings.logging}, log_level=settings.log.level),
    )


def _streaming_config(table: Mapping[str, Any]) -> StreamingConfig:
    """Return the configuration of what is written to files: the types that can be, and no others.

    Without a list of types the writer raises at any that it has no schema for, and the first is the mass status of
    startup reconciliation, which then fails. Measured with 1.231.0.
    """
    return msgspec.structs.replace(_parsed(StreamingConfig, table), include_types=list(list_schemas()))


def _parsed(cls: Any, table: Mapping[str, Any], **ours: Any) -> Any:
    """Return a configuration of the engine's from a table of its own fields and from what settings of ours say."""
    return cls.parse(json.dumps(thawed(dict(table)) | ours))
