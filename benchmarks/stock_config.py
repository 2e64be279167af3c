"""What somebody writes who has no recon: the engine's own configuration with the values of the standard preset.

It imports nothing of recon, so that a stock node's process is as it is where there is none.
"""

import os
from typing import Final
from urllib.parse import urlsplit

from nautilus_trader.adapters.binance import BinanceAccountType, BinanceDataClientConfig, BinanceExecClientConfig
from nautilus_trader.adapters.binance.common.enums import BinanceEnvironment
from nautilus_trader.config import (
    CacheConfig,
    DatabaseConfig,
    InstrumentProviderConfig,
    LiveExecEngineConfig,
    LoggingConfig,
    TradingNodeConfig,
)
from nautilus_trader.model.identifiers import TraderId, Venue

VENUE: Final = "BINANCE"


def stock_config() -> TradingNodeConfig:
    """Return it, with what differs from one measurement to the next from the variables that recon's node reads too."""
    cache = urlsplit(os.environ["RECON_CACHE_URL"])
    stream_url = os.environ["RECON_VENUE_STREAM_URL"]
    account = {
        "venue": Venue(VENUE),
        "api_key": os.environ["RECON_VENUE_API_KEY"],
        "api_secret": os.environ["RECON_VENUE_API_SECRET"],
        "account_type": BinanceAccountType.USDT_FUTURES,
        "environment": BinanceEnvironment.LIVE,
        "base_url_http": os.environ["RECON_VENUE_HTTP_URL"],
        "instrument_provider": InstrumentProviderConfig(load_all=True),
    }
    return TradingNodeConfig(
        trader_id=TraderId("TRADER-001"),
        cache=CacheConfig(
            database=DatabaseConfig(
                type="redis",
                host=cache.hostname,
                port=cache.port,
                connection_timeout=5,
                number_of_retries=3,
                factor=1,
                max_delay=1,
            ),
            persist_account_events=True,
        ),
        exec_engine=LiveExecEngineConfig(
            reconciliation=True,
            reconciliation_startup_delay_secs=_secs("STARTUP_DELAY_SECS", 10.0),
            open_check_interval_secs=_secs("OPEN_CHECK_INTERVAL_SECS", 5.0),
            open_check_open_only=False,
            position_check_interval_secs=_secs("POSITION_CHECK_INTERVAL_SECS", 30.0),
            purge_closed_orders_interval_mins=10,
            purge_closed_orders_buffer_mins=60,
            purge_account_events_interval_mins=60,
            purge_account_events_lookback_mins=1_440,
        ),
        data_clients={VENUE: BinanceDataClientConfig(**account, base_url_ws=stream_url)},
        exec_clients={
            VENUE: BinanceExecClientConfig(
                **account, base_url_ws=f"{stream_url}/ws-fapi/v1", base_url_ws_stream=stream_url
            )
        },
        logging=LoggingConfig(log_level=os.environ["RECON_LOG_LEVEL"]),
        timeout_connection=_secs("NODE_TIMEOUT_CONNECTION", 60.0),
        timeout_reconciliation=_secs("NODE_TIMEOUT_RECONCILIATION", 30.0),
        timeout_portfolio=_secs("NODE_TIMEOUT_PORTFOLIO", 10.0),
        timeout_post_stop=_secs("NODE_TIMEOUT_POST_STOP", 10.0),
    )


def _secs(name: str, usually: float) -> float:
    return float(os.environ.get(f"RECON_{name}", usually))
