"""The Binance clients that the venue section of the settings describes."""

from typing import Any, Final

from nautilus_trader.adapters.binance import (
    BinanceAccountType,
    BinanceDataClientConfig,
    BinanceExecClientConfig,
    BinanceLiveDataClientFactory,
    BinanceLiveExecClientFactory,
)
from nautilus_trader.adapters.binance.common.enums import BinanceEnvironment
from nautilus_trader.config import InstrumentProviderConfig
from nautilus_trader.model.identifiers import Venue

from reconciliation.engine.builder import ClientSpec, NodeBuilder
from reconciliation.engine.v1.adapters.binance.factory import guarded_factory
from reconciliation.rules.client import STOCK_BINANCE_ERRORS, ClientTraits, StockFacts

FACTS: Final = StockFacts(empties=("orders", "fills", "positions"), rejects_unknown=True)
"""Of the stock clients, spot and futures; read with 1.231.0."""


def add_settings_clients(builder: NodeBuilder, *, read_only: bool) -> None:
    """Add the data and the execution client of the settings' venue to a builder.

    Both are needed: the execution client alone loads no instruments into the cache, and reconciliation then
    "succeeds" with nothing applied.
    """
    venue = builder.settings.venue
    if venue.api_key is None or venue.api_secret is None:
        return
    shared: dict[str, Any] = {
        "venue": Venue(venue.name),
        "api_key": venue.api_key.get_secret_value(),
        "api_secret": venue.api_secret.get_secret_value(),
        "account_type": BinanceAccountType[venue.account_type],
        "environment": BinanceEnvironment.TESTNET if venue.environment == "testnet" else BinanceEnvironment.LIVE,
        "base_url_http": venue.http_url,
        "instrument_provider": InstrumentProviderConfig(load_all=True),
    }
    builder.add_data_client(
        venue.name,
        BinanceDataClientConfig(**shared, base_url_ws=venue.stream_url),
        BinanceLiveDataClientFactory,
    )
    builder.add_exec_client(
        venue.name,
        BinanceExecClientConfig(
            **shared,
            base_url_ws=f"{venue.stream_url}/ws-fapi/v1" if venue.stream_url else None,
            base_url_ws_stream=venue.stream_url,
            # The venue takes no reduce-only orders on a hedging account, and the adapter refuses to connect.
            use_reduce_only=builder.settings.node.position_mode == "netting",
        ),
        guarded_factory(builder.settings.node.guards, read_only=read_only),
    )


def is_covered(spec: ClientSpec) -> bool:
    """Whether a client is the stock one of USD-M futures, or a guarded one; a factory of a user's own is left alone."""
    if not isinstance(spec.config, BinanceExecClientConfig):
        return False
    return spec.is_guarded or (
        spec.factory is BinanceLiveExecClientFactory and spec.config.account_type == BinanceAccountType.USDT_FUTURES
    )


def traits_of_config(name: str, config: Any, *, guarded: bool) -> ClientTraits | None:
    """Return what rules know of a Binance client: a stock one rejects orders by itself; None for other clients."""
    if not isinstance(config, BinanceExecClientConfig):
        return None
    spot = config.account_type.is_spot_or_margin
    return ClientTraits(
        str(config.venue or name),
        guarded=guarded,
        rejects_after=config.max_retries or STOCK_BINANCE_ERRORS,
        stock=None if guarded else FACTS,
        limits="BINANCE_SPOT" if spot else "BINANCE",
    )
