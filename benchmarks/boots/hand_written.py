"""A node as somebody writes it who has no recon: the engine alone, the values of the standard preset, two addresses."""

import os
from urllib.parse import urlsplit

from nautilus_trader.adapters.binance import (
    BinanceAccountType,
    BinanceDataClientConfig,
    BinanceExecClientConfig,
    BinanceLiveDataClientFactory,
    BinanceLiveExecClientFactory,
)
from nautilus_trader.config import (
    CacheConfig,
    DatabaseConfig,
    InstrumentProviderConfig,
    LiveExecEngineConfig,
    LoggingConfig,
    TradingNodeConfig,
)
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.identifiers import TraderId, Venue

from benchmarks.boots.telling import strategy, tell


def main() -> None:
    """Run it until a stop signal."""
    tell("imports")
    cache = urlsplit(os.environ["RECON_CACHE_URL"])
    stream_url = os.environ["RECON_VENUE_STREAM_URL"]
    account = {
        "venue": Venue("BINANCE"),
        "api_key": os.environ["RECON_VENUE_API_KEY"],
        "api_secret": os.environ["RECON_VENUE_API_SECRET"],
        "account_type": BinanceAccountType.USDT_FUTURES,
        "base_url_http": os.environ["RECON_VENUE_HTTP_URL"],
        "instrument_provider": InstrumentProviderConfig(load_all=True),
    }
    node = TradingNode(
        TradingNodeConfig(
            trader_id=TraderId("TRADER-001"),
            cache=CacheConfig(
                database=DatabaseConfig(type="redis", host=cache.hostname, port=cache.port),
                persist_account_events=True,
            ),
            exec_engine=LiveExecEngineConfig(
                reconciliation=True,
                open_check_interval_secs=5.0,
                open_check_open_only=False,
                position_check_interval_secs=30.0,
                purge_closed_orders_interval_mins=10,
                purge_closed_orders_buffer_mins=60,
                purge_account_events_interval_mins=60,
                purge_account_events_lookback_mins=1_440,
            ),
            data_clients={"BINANCE": BinanceDataClientConfig(**account, base_url_ws=stream_url)},
            exec_clients={
                "BINANCE": BinanceExecClientConfig(
                    **account, base_url_ws=f"{stream_url}/ws-fapi/v1", base_url_ws_stream=stream_url
                )
            },
            logging=LoggingConfig(log_level=os.environ["RECON_LOG_LEVEL"]),
            timeout_post_stop=0.1,
        )
    )
    node.trader.add_strategy(strategy())
    node.add_data_client_factory("BINANCE", BinanceLiveDataClientFactory)
    node.add_exec_client_factory("BINANCE", BinanceLiveExecClientFactory)
    node.build()
    tell("construct")
    try:
        node.run()
    finally:
        node.dispose()


if __name__ == "__main__":
    main()
