"""Which field of the engine's own configuration each setting becomes, as text; no engine is needed to tell."""

from typing import Final

from reconciliation.config import engine_name
from reconciliation.layers.registry import Setting

_FIELDS: Final = {
    "node.trader_id": "TradingNodeConfig.trader_id",
    "node.instance_id": "TradingNodeConfig.instance_id",
    "node.timeout_connection": "TradingNodeConfig.timeout_connection",
    "node.timeout_reconciliation": "TradingNodeConfig.timeout_reconciliation",
    "node.timeout_portfolio": "TradingNodeConfig.timeout_portfolio",
    "node.timeout_disconnection": "TradingNodeConfig.timeout_disconnection",
    "node.timeout_post_stop": "TradingNodeConfig.timeout_post_stop",
    "node.timeout_shutdown": "TradingNodeConfig.timeout_shutdown",
    "node.graceful_shutdown_on_exception": "LiveExecEngineConfig.graceful_shutdown_on_exception",
    "node.load_state": "TradingNodeConfig.load_state",
    "node.save_state": "TradingNodeConfig.save_state",
    "cache.url": "DatabaseConfig.host",
    "cache.number_of_retries": "DatabaseConfig.number_of_retries",
    "cache.load_cache": "LiveExecEngineConfig.load_cache",
    "venue.name": "BinanceExecClientConfig.venue",
    "venue.environment": "BinanceExecClientConfig.environment",
    "venue.account_type": "BinanceExecClientConfig.account_type",
    "venue.http_url": "BinanceExecClientConfig.base_url_http",
    "venue.stream_url": "BinanceExecClientConfig.base_url_ws_stream",
    "venue.api_key": "BinanceExecClientConfig.api_key",
    "venue.api_secret": "BinanceExecClientConfig.api_secret",
    "log.level": "LoggingConfig.log_level",
}


def engine_field(setting: Setting) -> str | None:
    """Return `CLASS.FIELD` of the engine, or None where recon itself acts on the setting."""
    if setting.path[0] == "reconciliation":
        return f"LiveExecEngineConfig.{engine_name(setting.path[1])}"
    return _FIELDS.get(setting.key)
