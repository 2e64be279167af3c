"""A user's configure function that brings the stock Binance clients along, or those of a factory of their own."""

import os
from typing import TYPE_CHECKING, Any

from nautilus_trader.adapters.binance import (
    BinanceAccountType,
    BinanceDataClientConfig,
    BinanceExecClientConfig,
    BinanceLiveDataClientFactory,
    BinanceLiveExecClientFactory,
)
from nautilus_trader.config import InstrumentProviderConfig, LiveExecClientConfig
from nautilus_trader.live.factories import LiveExecClientFactory

if TYPE_CHECKING:
    from reconciliation import NodeBuilder


class OwnFactory(BinanceLiveExecClientFactory):  # type: ignore[misc] # the engine is untyped
    """A factory of a user's own, which makes the stock client: nobody puts another in its place."""


def configure(builder: "NodeBuilder") -> None:
    """Add stock clients for the venue that `STOCK_VENUE_*` names."""
    _add(builder, InstrumentProviderConfig(load_all=True))


def configure_own(builder: "NodeBuilder") -> None:
    """Add them by a factory of one's own."""
    _add(builder, InstrumentProviderConfig(load_all=True), OwnFactory)


class UnknownFactory(LiveExecClientFactory):  # type: ignore[misc] # the engine is untyped
    """A factory of a client that nobody knows; it makes none."""


def configure_unknown(builder: "NodeBuilder") -> None:
    """Add a client of which nothing is known."""
    builder.add_exec_client("OTHER", LiveExecClientConfig(), UnknownFactory)


def configure_lean(builder: "NodeBuilder") -> None:
    """Add them so that only the data client loads instruments."""
    _add(builder, InstrumentProviderConfig())


def _add(
    builder: "NodeBuilder", exec_provider: InstrumentProviderConfig, factory: type[Any] = BinanceLiveExecClientFactory
) -> None:
    stream = os.environ["STOCK_VENUE_STREAM_URL"]
    shared: dict[str, Any] = {
        "api_key": os.environ["STOCK_VENUE_API_KEY"],
        "api_secret": os.environ["STOCK_VENUE_API_SECRET"],
        "account_type": BinanceAccountType.USDT_FUTURES,
        "base_url_http": os.environ["STOCK_VENUE_HTTP_URL"],
    }
    provider = InstrumentProviderConfig(load_all=True)
    builder.add_data_client(
        "BINANCE",
        BinanceDataClientConfig(**shared, base_url_ws=stream, instrument_provider=provider),
        BinanceLiveDataClientFactory,
    )
    builder.add_exec_client(
        "BINANCE",
        BinanceExecClientConfig(
            **shared,
            base_url_ws=f"{stream}/ws-fapi/v1",
            base_url_ws_stream=stream,
            instrument_provider=exec_provider,
        ),
        factory,
    )
