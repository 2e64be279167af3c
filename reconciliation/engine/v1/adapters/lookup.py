"""Which adapter a client is of; nothing else of this generation names one."""

from collections.abc import Collection
from typing import Any, Final

from nautilus_trader.live.execution_client import LiveExecutionClient

from reconciliation.engine.builder import ClientSpec
from reconciliation.engine.probe import Probe
from reconciliation.engine.v1.adapters.binance.client import BinanceClient
from reconciliation.engine.v1.adapters.binance.factory import guarded_factory
from reconciliation.engine.v1.adapters.binance.probe import probe_of_config
from reconciliation.engine.v1.adapters.binance.settings_clients import (
    FACTS,
    add_settings_clients,
    is_covered,
    traits_of_config,
)
from reconciliation.engine.v1.adapters.binance.stock import StockBinanceClient
from reconciliation.engine.v1.adapters.binance.weight import weight_read
from reconciliation.engine.v1.adapters.stock import declared
from reconciliation.engine.v1.adapters.stock.client import StockClient
from reconciliation.rules.client import STOCK_BINANCE_ERRORS, ClientTraits, StockFacts

__all__ = [
    "add_settings_clients",
    "assumed_traits",
    "client_of",
    "factory_with_guards",
    "guarded_factory",
    "is_simulated",
    "probe_of",
    "stock_clients",
    "traits_of",
    "weight_read",
]


_SANDBOX: Final = "nautilus_trader.adapters.sandbox.config.SandboxExecutionClientConfig"
"""A path: a boot would import an exchange that it has no use for."""

ADAPTERS: Final = (BinanceClient, StockBinanceClient, StockClient)
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
    kinds = () if guarded else type(config).__mro__
    stock = next(filter(None, (declared.of_config(_path(kind)) for kind in kinds)), None)
    facts = None if stock is None else stock.facts
    return ClientTraits(str(getattr(config, "venue", None) or name), guarded=guarded, stock=facts)


def stock_clients() -> tuple[tuple[str, StockFacts], ...]:
    """Return what is known of the stock clients of adapters, by the name of the venue, in its order."""
    known = [("Binance", FACTS), *((adapter.name, adapter.facts) for adapter in declared.DECLARED)]
    return tuple(sorted(known, key=lambda row: row[0].lower()))


def is_simulated(config: Any) -> bool:
    """Whether an execution client has no venue: its orders live in the node's own process."""
    return any(_path(kind) == _SANDBOX for kind in type(config).__mro__)


def _path(kind: type[Any]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def assumed_traits(venue: str) -> ClientTraits:
    """Return a stock client of a venue, where no configuration says which client it is."""
    return ClientTraits(venue, guarded=False, rejects_after=STOCK_BINANCE_ERRORS if venue.startswith("BINANCE") else 0)
