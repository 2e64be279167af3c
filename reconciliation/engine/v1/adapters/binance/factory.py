"""The guarded Binance futures client, and the factory that makes it."""

import asyncio
from collections.abc import Collection
from typing import Final

from nautilus_trader.adapters.binance.common.credentials import get_api_key, get_api_secret
from nautilus_trader.adapters.binance.common.enums import BinanceEnvironment
from nautilus_trader.adapters.binance.config import BinanceExecClientConfig
from nautilus_trader.adapters.binance.factories import (
    BinanceLiveExecClientFactory,
    get_cached_binance_futures_instrument_provider,
    get_cached_binance_http_client,
)
from nautilus_trader.adapters.binance.futures.execution import BinanceFuturesExecutionClient
from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import LiveClock, MessageBus

from reconciliation.engine.builder import GuardedFactory
from reconciliation.engine.v1.adapters.binance.account_positions import AccountPositionGuard
from reconciliation.engine.v1.adapters.binance.order_trades import OrderTradesGuard
from reconciliation.engine.v1.adapters.binance.paging import PagingGuard
from reconciliation.engine.v1.adapters.binance.query_errors import QueryErrorGuard
from reconciliation.engine.v1.adapters.binance.reports import ReportGuard
from reconciliation.engine.v1.adapters.binance.symbols import SymbolGuard
from reconciliation.engine.v1.adapters.binance.unknown_outcomes import UnknownOutcomeGuard

GUARD_CLASSES: Final = {
    "reports": ReportGuard,
    "query_errors": QueryErrorGuard,
    "account_positions": AccountPositionGuard,
    "unknown_outcomes": UnknownOutcomeGuard,
    "history": PagingGuard,
    "order_trades": OrderTradesGuard,
    "symbols": SymbolGuard,
}
"""The guards of the client by name; where two wrap one method, the first wraps the second."""


def guarded_client(guards: Collection[str]) -> type[BinanceFuturesExecutionClient]:
    """Return the stock futures client with the named guards."""
    chosen = tuple(guard for name, guard in GUARD_CLASSES.items() if name in guards)
    return type("GuardedBinanceFuturesExecutionClient", (*chosen, BinanceFuturesExecutionClient), {})


def guarded_factory(guards: Collection[str], *, read_only: bool) -> type[GuardedFactory]:
    """Return a factory that makes the guarded client exactly as the stock factory makes the stock one.

    Args:
        guards: the names of the guards.
        read_only: open no user stream, so that nothing changes at the venue.
    """
    make = guarded_client(guards)

    class Factory(GuardedFactory, BinanceLiveExecClientFactory):
        """Makes the guarded client."""

        @staticmethod
        def create(
            loop: asyncio.AbstractEventLoop,
            name: str,
            config: BinanceExecClientConfig,
            msgbus: MessageBus,
            cache: Cache,
            clock: LiveClock,
        ) -> BinanceFuturesExecutionClient:
            """Return a guarded client; what its configuration lacks comes from where the stock factory takes it."""
            client = _client(make, loop, name, config, msgbus, cache, clock)
            if read_only:
                client._ws_client = NoUserStream()
            return client

    return Factory


class NoUserStream:
    """Stands where the user stream would be, and opens none.

    A listen key belongs to the account: deleting it on the way out would cut the stream of the node that trades it.
    """

    async def connect(self) -> None:
        """Open nothing."""

    async def session_logon(self) -> None:
        """Open nothing."""

    async def subscribe_user_data_stream(self) -> None:
        """Open nothing."""

    async def unsubscribe_user_data_stream(self) -> None:
        """Close nothing."""

    async def disconnect(self) -> None:
        """Close nothing."""


def _client(
    make: type[BinanceFuturesExecutionClient],
    loop: asyncio.AbstractEventLoop,
    name: str,
    config: BinanceExecClientConfig,
    msgbus: MessageBus,
    cache: Cache,
    clock: LiveClock,
) -> BinanceFuturesExecutionClient:
    """Make a client; its HTTP client and instrument provider are the ones the stock data client shares."""
    environment = config.environment or BinanceEnvironment.LIVE
    api_key = config.api_key or get_api_key(config.account_type, environment)
    api_secret = config.api_secret or get_api_secret(config.account_type, environment)
    client = get_cached_binance_http_client(
        clock=clock,
        account_type=config.account_type,
        api_key=api_key,
        api_secret=api_secret,
        key_type=config.key_type,
        base_url=config.base_url_http,
        environment=environment,
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
    return make(
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
        environment=environment,
        api_key=api_key,
        api_secret=api_secret,
    )
