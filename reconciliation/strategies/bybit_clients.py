"""The stock Bybit clients at a local venue: what a drill's node trades with there, and a node of your own may.

The stock data client opens its public stream at `base_url_http`, whatever address that is: with one of your own it asks
for a web socket at `http://`, and never connects. So it was read, and found by running, with 1.231.0.
"""

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
from nautilus_trader.adapters.bybit.config import BybitDataClientConfig, BybitExecClientConfig
from nautilus_trader.adapters.bybit.data import BybitDataClient
from nautilus_trader.adapters.bybit.factories import BybitLiveDataClientFactory, BybitLiveExecClientFactory
from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import LiveClock, MessageBus
from nautilus_trader.config import InstrumentProviderConfig
from nautilus_trader.core.nautilus_pyo3 import BybitProductType

if TYPE_CHECKING:
    from reconciliation import NodeBuilder

NAME = "BYBIT"


class OwnStreamFactory(BybitLiveDataClientFactory):  # type: ignore[misc] # the engine is untyped
    """Makes the stock data client, with its public stream at the host of its REST calls."""

    @staticmethod
    def create(
        loop: asyncio.AbstractEventLoop,
        name: str,
        config: BybitDataClientConfig,
        msgbus: MessageBus,
        cache: Cache,
        clock: LiveClock,
    ) -> BybitDataClient:
        """Return the client; what it asks and loads with is what the stock factory gives it."""
        stock = BybitLiveDataClientFactory.create(loop, name, config, msgbus, cache, clock)
        stream_url = f"{config.base_url_http.replace('http', 'ws', 1)}/v5/public/linear"
        return BybitDataClient(
            loop=loop,
            client=stock._http_client,
            msgbus=msgbus,
            cache=cache,
            clock=clock,
            instrument_provider=stock.instrument_provider,
            config=msgspec.structs.replace(config, base_url_http=stream_url),
            name=name,
        )


def add_bybit_clients(  # noqa: PLR0913 - what there is to say of an account
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
