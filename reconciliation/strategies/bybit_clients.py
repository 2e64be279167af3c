"""The stock Bybit clients at a local venue: what a drill's node trades with there, and a node of your own may.

The stock data client opens its public stream at `base_url_http`, whatever address that is: with one of your own it asks
for a web socket at `http://`, and never connects. So it was read, and found by running, with 1.231.0.
"""

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
from nautilus_trader.adapters.bybit.config import BybitDataClientConfig, BybitExecClientConfig
from nautilus_trader.adapters.bybit.data import BybitDataClient
from nautilus_trader.adapters.bybit.factories import (
    BybitLiveDataClientFactory,
    BybitLiveExecClientFactory,
    get_cached_bybit_http_client,
    get_cached_bybit_instrument_provider,
)
from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import LiveClock, MessageBus
from nautilus_trader.config import InstrumentProviderConfig
from nautilus_trader.core.nautilus_pyo3 import BybitProductType

if TYPE_CHECKING:
    from reconciliation import NodeBuilder

NAME = "BYBIT"


class OwnStreamFactory(BybitLiveDataClientFactory):
    """Makes the stock data client, with its public stream at the host of its REST calls."""

    @staticmethod
    def create(  # noqa: PLR0913 - the engine's own
        loop: asyncio.AbstractEventLoop,
        name: str,
        config: BybitDataClientConfig,
        msgbus: MessageBus,
        cache: Cache,
        clock: LiveClock,
    ) -> BybitDataClient:
        """Return the client; what it asks and loads with is what the stock factory gives it."""
        client = get_cached_bybit_http_client(
            api_key=config.api_key,
            api_secret=config.api_secret,
            base_url=config.base_url_http,
            max_retries=config.max_retries,
            retry_delay_ms=config.retry_delay_initial_ms,
            retry_delay_max_ms=config.retry_delay_max_ms,
            recv_window_ms=config.recv_window_ms,
        )
        provider = get_cached_bybit_instrument_provider(client, config.product_types, config.instrument_provider)
        stream_url = f"{config.base_url_http.replace('http', 'ws', 1)}/v5/public/linear"
        stream_config = msgspec.structs.replace(config, base_url_http=stream_url)
        return BybitDataClient(loop, client, msgbus, cache, clock, provider, stream_config, name)


def add_bybit_clients(
    builder: "NodeBuilder", *, http_url: str, stream_url: str, api_key: str, api_secret: str, **more: Any
) -> None:
    """Add the stock clients for linear perpetuals.

    Args:
        builder: of the node.
        http_url: the venue's REST address, as `recon venue` tells it.
        stream_url: its streams'.
        api_key: the account's.
        api_secret: likewise.
        more: what else both configurations say, such as `max_retries`.
    """
    both: dict[str, Any] = {
        "api_key": api_key,
        "api_secret": api_secret,
        "base_url_http": http_url,
        "product_types": (BybitProductType.LINEAR,),
        "instrument_provider": InstrumentProviderConfig(load_all=True),
        **more,
    }
    builder.add_data_client(NAME, BybitDataClientConfig(**both), OwnStreamFactory)
    builder.add_exec_client(
        NAME,
        BybitExecClientConfig(
            **both,
            base_url_ws_private=f"{stream_url}/v5/private",
            base_url_ws_trade=f"{stream_url}/v5/trade",
        ),
        BybitLiveExecClientFactory,
    )
