"""Which adapter a client is of; nothing else of this generation names one."""

from typing import Any, Final

from nautilus_trader.live.execution_client import LiveExecutionClient

from reconciliation.engine.v1.adapters.binance.client import BinanceClient
from reconciliation.engine.v1.adapters.binance.factory import guarded_factory
from reconciliation.engine.v1.adapters.binance.settings_clients import add_settings_clients, traits_of_config
from reconciliation.engine.v1.adapters.binance.weight import weight_read
from reconciliation.engine.v1.adapters.stock import StockClient
from reconciliation.rules.client import STOCK_BINANCE_ERRORS, ClientTraits

__all__ = ["add_settings_clients", "assumed_traits", "client_of", "guarded_factory", "traits_of", "weight_read"]


ADAPTERS: Final = (BinanceClient, StockClient)
"""What a client may be of; the first that knows it counts, and the last knows every one."""


def client_of(engine_client: LiveExecutionClient) -> StockClient:
    """Return what recon asks of a built execution client."""
    return next(adapter(engine_client) for adapter in ADAPTERS if adapter.knows(engine_client))


def traits_of(name: str, config: Any, *, guarded: bool) -> ClientTraits:
    """Return what rules know of an execution client by its configuration."""
    known = traits_of_config(name, config, guarded=guarded)
    return known or ClientTraits(str(getattr(config, "venue", None) or name), guarded=guarded)


def assumed_traits(venue: str) -> ClientTraits:
    """Return a stock client of a venue, where no configuration says which client it is."""
    return ClientTraits(venue, guarded=False, rejects_after=STOCK_BINANCE_ERRORS if venue.startswith("BINANCE") else 0)
