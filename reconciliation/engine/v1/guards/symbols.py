"""The symbol guard: one name per symbol, so that no trade is counted twice.

Upstream's `_get_cache_active_symbols` returns Nautilus symbols (`BTCUSDT-PERP`) while the venue's side adds raw
ones (`BTCUSDT`). Both reach the same endpoint, every trade of a cached position comes twice, and the partial-window
adjustment makes up a phantom position opposite to the real one at each warm restart. Measured with 1.231.0.
"""

import asyncio

from nautilus_trader.adapters.binance.common.symbol import BinanceSymbol
from nautilus_trader.adapters.binance.config import BinanceExecClientConfig
from nautilus_trader.adapters.binance.factories import (
    BinanceLiveExecClientFactory,
    get_cached_binance_futures_instrument_provider,
    get_cached_binance_http_client,
)
from nautilus_trader.adapters.binance.futures.execution import BinanceFuturesExecutionClient
from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import LiveClock, MessageBus


class GuardedBinanceFuturesExecutionClient(BinanceFuturesExecutionClient):
    """The stock futures client with every cached symbol spelled as the venue spells it."""

    def _get_cache_active_symbols(self) -> set[str]:
        return {str(BinanceSymbol(symbol)) for symbol in super()._get_cache_active_symbols()}


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
