"""Which adapter a client is of; nothing else of this generation names one."""

from collections.abc import Collection
from typing import Any, Final

from nautilus_trader.adapters.sandbox.config import SandboxExecutionClientConfig
from nautilus_trader.live.execution_client import LiveExecutionClient

from reconciliation.engine.builder import ClientSpec
from reconciliation.engine.probe import Probe
from reconciliation.engine.v1.adapters.binance.client import BinanceClient
from reconciliation.engine.v1.adapters.binance.factory import guarded_factory
from reconciliation.engine.v1.adapters.binance.probe import probe_of_config
from reconciliation.engine.v1.adapters.binance.settings_clients import (
    add_settings_clients,
    is_covered,
    traits_of_config,
)
from reconciliation.engine.v1.adapters.binance.weight import weight_read
from reconciliation.engine.v1.adapters.stock import StockClient
from reconciliation.engine.v1.adapters.stock_facts import (
    architect_ax,
    betfair,
    bitmex,
    bybit,
    deribit,
    dydx,
    hyperliquid,
    interactive_brokers,
    kraken,
    okx,
    polymarket,
)
from reconciliation.rules.client import STOCK_BINANCE_ERRORS, ClientTraits

__all__ = [
    "add_settings_clients",
    "assumed_traits",
    "client_of",
    "factory_with_guards",
    "guarded_factory",
    "is_simulated",
    "probe_of",
    "traits_of",
    "weight_read",
]


DECLARED: Final = (
    architect_ax,
    betfair,
    bitmex,
    bybit,
    deribit,
    dydx,
    hyperliquid,
    interactive_brokers,
    kraken,
    okx,
    polymarket,
)
STOCK: Final = {adapter.CONFIG: adapter.FACTS for adapter in DECLARED}
"""What is declared of stock clients, by the class of their configuration; a class is not imported for that."""

ADAPTERS: Final = (BinanceClient, StockClient)
"""What a client may be of; the first that knows it counts, and the last knows every one."""


def client_of(engine_client: LiveExecutionClient) -> StockClient:
    """Return what recon asks of a built execution client."""
    return next(adapter(engine_client) for adapter in ADAPTERS if adapter.knows(engine_client))


def factory_with_guards(spec: ClientSpec, guards: Collection[str], *, read_only: bool) -> ClientSpec:
    """Return an execution client as a node of the settings gets it: with the guards that its adapter has, if any."""
    return ClientSpec(spec.config, guarded_factory(guards, read_only=read_only)) if is_covered(spec) else spec


def probe_of(name: str, config: Any) -> Probe | None:
    """Return who asks the venue of an execution client before it is built; None where its adapter is not known here."""
    return probe_of_config(name, config)


def traits_of(name: str, config: Any, *, guarded: bool) -> ClientTraits:
    """Return what rules know of an execution client by its configuration."""
    known = traits_of_config(name, config, guarded=guarded)
    if known is not None:
        return known
    stock = None if guarded else STOCK.get(f"{type(config).__module__}.{type(config).__qualname__}")
    return ClientTraits(str(getattr(config, "venue", None) or name), guarded=guarded, stock=stock)


def is_simulated(config: Any) -> bool:
    """Whether an execution client has no venue: its orders live in the node's own process."""
    return isinstance(config, SandboxExecutionClientConfig)


def assumed_traits(venue: str) -> ClientTraits:
    """Return a stock client of a venue, where no configuration says which client it is."""
    return ClientTraits(venue, guarded=False, rejects_after=STOCK_BINANCE_ERRORS if venue.startswith("BINANCE") else 0)
