"""From settings to the engine's configuration objects and to a node."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from reconciliation.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from nautilus_trader.config import CacheConfig, LiveExecEngineConfig, TradingNodeConfig
    from nautilus_trader.live.node import TradingNode

    from reconciliation.engine.v1.builder import NodeBuilder


@dataclass(frozen=True, slots=True)
class LiveTradingNodeConfig:
    """Makes the engine's own objects from resolved settings.

    The configuration objects alone carry no protection: a node built from them with stock factories has the phantom
    position, no reconciliation time limit, and stays up as a zombie when its start fails. `build_node` cures these.
    """

    settings: Settings

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return the configuration that `reconciliation.load()` resolved."""
        return cls(settings)

    def build_exec_engine_config(self) -> "LiveExecEngineConfig":
        """Return the execution engine's configuration, checked by the engine's `parse`."""
        from reconciliation.engine.v1 import emit

        return emit.exec_engine_config(
            self.settings.reconciliation,
            load_cache=self.settings.cache.load_cache,
            graceful_shutdown_on_exception=self.settings.node.graceful_shutdown_on_exception,
        )

    def build_cache_config(self) -> "CacheConfig":
        """Return the cache's configuration: a Redis database, account events kept, never flushed.

        Raises:
            CacheUrlMissingError: no `RECON_CACHE_URL` is set.
        """
        from reconciliation.engine.v1 import emit

        return emit.cache_config(self.settings)

    def build_trading_node_config(self) -> "TradingNodeConfig":
        """Return the node's configuration, with the clients of the settings' venue when one is given.

        Raises:
            CacheUrlMissingError: no `RECON_CACHE_URL` is set.
        """
        from reconciliation.engine.v1 import binance, emit
        from reconciliation.engine.v1.builder import NodeBuilder

        builder = NodeBuilder(self.settings)
        binance.add_clients(builder, read_only=False)
        return emit.trading_node_config(
            self.settings,
            {name: client.config for name, client in builder.data_clients.items()},
            {name: client.config for name, client in builder.exec_clients.items()},
        )

    def build_node(self, configure: "Callable[[NodeBuilder], None] | None" = None) -> "TradingNode":
        """Return a `TradingNode` with guards, claims, time limit and observation installed.

        Its `run()` raises `NodeNotStartedError` when the start fails (under a running loop, where upstream runs it as a
        task, the error is logged); either way the node is stopped, and never goes on as a zombie.

        Args:
            configure: receives the builder before construction; adds clients, strategies and actors.

        Raises:
            NoClientError: the settings name no venue and `configure` added no execution client.
            RulesBrokenError: the configuration breaks rules that `node.accept` does not name.
            ClaimError: two strategies claim one instrument.
            CacheUrlMissingError: no `RECON_CACHE_URL` is set.
        """
        from reconciliation.engine.v1.assemble import assemble, collect

        return assemble(collect(self.settings, configure)).node
