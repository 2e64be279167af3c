"""From settings to the engine's configuration objects and to a node."""

from typing import TYPE_CHECKING, Self

from msgspec import Struct

from reconciliation.collector import loading
from reconciliation.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nautilus_trader.config import CacheConfig, LiveExecEngineConfig, TradingNodeConfig

    from reconciliation.engine.lifecycle import Observer
    from reconciliation.node.node import Node
    from reconciliation.node.user_code import Configure


class LiveTradingNodeConfig(Struct, frozen=True):
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
        from reconciliation.engine.generation import generation

        return generation().exec_engine_config(
            self.settings.reconciliation,
            load_cache=self.settings.cache.load_cache,
            graceful_shutdown_on_exception=self.settings.node.graceful_shutdown_on_exception,
            manage_own_order_books=self.settings.node.manage_own_order_books,
        )

    def build_cache_config(self) -> "CacheConfig":
        """Return the cache's configuration: a Redis database, account events kept, never flushed.

        Raises:
            CacheUrlMissingError: no `RECON_CACHE_URL` is set.
        """
        from reconciliation.engine.generation import generation

        return generation().cache_config(self.settings)

    def build_trading_node_config(self) -> "TradingNodeConfig":
        """Return the node's configuration, with the clients of the settings' venue when one is given.

        Raises:
            CacheUrlMissingError: no `RECON_CACHE_URL` is set.
        """
        from reconciliation.engine.builder import NodeBuilder
        from reconciliation.engine.generation import generation

        builder = NodeBuilder(self.settings)
        generation().add_settings_clients(builder, read_only=False)
        return generation().trading_node_config(
            self.settings,
            {name: spec.config for name, spec in builder.data_clients.items()},
            {name: spec.config for name, spec in builder.exec_clients.items()},
        )

    def build_node(
        self, configure: "Configure | None" = None, *, observers: "Iterable[Observer] | None" = None
    ) -> "Node":
        """Return a node with guards, claims, time limit and observation installed, judged and looked at beforehand.

        Its `run()` raises when the start fails or the node dies; either way the node is stopped, and never goes on as a
        zombie. The engine's own `TradingNode` is its `trading_node`.

        Args:
            configure: receives the builder before construction; adds clients, strategies and actors.
            observers: told everything that happens to the node; an event log on stderr when absent.

        Raises:
            ConfigureError: the function is none, failed, or added what cannot be: two clients of a name, for one.
            SurroundingsMissingError: there is no execution client, or no `RECON_CACHE_URL`.
            RulesBrokenError: the configuration breaks rules that `node.accept` does not name.
            LeaseHeldError: another node holds the trader id, or an account.
            PreflightError: the cache or a venue is not usable.
            NotReadyError: the monitor's address cannot be listened on, or its certificate cannot be read.
            ClaimError: two strategies claim one instrument.
        """
        with loading():
            from reconciliation.node.draft import draft
            from reconciliation.node.event_log import EventLog
            from reconciliation.node.log import event_logger
            from reconciliation.node.node import Node

        drafted = draft(self.settings, configure)
        told = (EventLog(event_logger(self.settings.log)),) if observers is None else observers
        return Node(drafted, observers=told)
