"""The guarded Binance futures client, and the factory that makes it."""

import asyncio

from nautilus_trader.adapters.binance.config import BinanceExecClientConfig
from nautilus_trader.adapters.binance.factories import (
    BinanceLiveExecClientFactory,
    get_cached_binance_futures_instrument_provider,
    get_cached_binance_http_client,
)
from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import LiveClock, MessageBus

from reconciliation.engine.v1.guards.reports import ReportGuard
from reconciliation.engine.v1.guards.symbols import SymbolGuard


class GuardedBinanceFuturesExecutionClient(ReportGuard, SymbolGuard):
    """The stock futures client with every guard."""


class GuardedBinanceExecClientFactory(BinanceLiveExecClientFactory):
    """Makes the guarded client exactly as the stock factory makes the stock one."""

    @staticmethod
    def create(
        loop: asyncio.AbstractEventLoop,
        name: str,
        config: BinanceExecClientConfig,
        msgbus: MessageBus,
        cache: Cache,
        clock: LiveClock,
    ) -> GuardedBinanceFuturesExecutionClient:
        """Return a guarded client; address, key, secret and environment must stand in the config.

        The HTTP client and the instrument provider are the ones the stock data client shares.
        """
        client = get_cached_binance_http_client(
            clock=clock,
            account_type=config.account_type,
            api_key=config.api_key,
            api_secret=config.api_secret,
            key_type=config.key_type,
            base_url=config.base_url_http,
            environment=config.environment,
            is_us=config.us,
            proxy_url=config.proxy_url,
        )
        provider = get_cached_binance_futures_instrument_provider(
            client=client,
            clock=clock,
            account_type=config.account_type,
            config=config.instrument_provider,
            venue=config.venue,
        )
        return GuardedBinanceFuturesExecutionClient(
            loop=loop,
            client=client,
            msgbus=msgbus,
            cache=cache,
            clock=clock,
            instrument_provider=provider,
            base_url_ws=config.base_url_ws,
            account_type=config.account_type,
            name=name,
            config=config,
            environment=config.environment,
            api_key=config.api_key,
            api_secret=config.api_secret,
        )
