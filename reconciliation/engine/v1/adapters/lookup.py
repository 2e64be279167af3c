"""Which adapter a client is of; nothing else of this generation names one."""

from collections.abc import Collection
from typing import Any

from nautilus_trader.live.execution_client import LiveExecutionClient

from reconciliation.engine.builder import GuardedFactory, NodeBuilder
from reconciliation.engine.v1.adapters.binance.client import BinanceClient
from reconciliation.engine.v1.adapters.binance.factory import guarded_factory as guarded_binance_factory
from reconciliation.engine.v1.adapters.binance.settings_clients import add_clients, traits_of_config
from reconciliation.engine.v1.adapters.stock import StockClient
from reconciliation.rules.client import STOCK_BINANCE_ERRORS, ClientTraits


def client_of(engine_client: LiveExecutionClient) -> StockClient:
    """Return what recon asks of a built execution client."""
    found = BinanceClient if BinanceClient.knows(engine_client) else StockClient
    return found(engine_client)


def traits_of(name: str, config: Any, *, guarded: bool) -> ClientTraits:
    """Return what rules know of an execution client by its configuration."""
    known = traits_of_config(name, config, guarded=guarded)
    return known or ClientTraits(str(getattr(config, "venue", None) or name), guarded=guarded)


def assumed_traits(venue: str) -> ClientTraits:
    """Return a stock client of a venue, where no configuration says which client it is."""
    return ClientTraits(venue, guarded=False, rejects_after=STOCK_BINANCE_ERRORS if venue.startswith("BINANCE") else 0)


def add_settings_clients(builder: NodeBuilder, *, read_only: bool) -> None:
    """Add the clients of the venue that the builder's settings name; nothing where they name none."""
    add_clients(builder, read_only=read_only)


def guarded_factory(guards: Collection[str], *, read_only: bool) -> type[GuardedFactory]:
    """Return the factory that makes a guarded client of the venue that settings can name."""
    return guarded_binance_factory(guards, read_only=read_only)
