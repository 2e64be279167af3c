"""What a user's `configure(builder)` function receives before the node is constructed."""

from dataclasses import dataclass, field
from typing import Any

from nautilus_trader.common.actor import Actor
from nautilus_trader.live.factories import LiveDataClientFactory, LiveExecClientFactory
from nautilus_trader.trading.strategy import Strategy

from reconciliation.settings import Settings


class DuplicateClientError(Exception):
    """Two clients were added under one name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"a client named '{name}' was added already; give each client a name of its own")


@dataclass(frozen=True, slots=True)
class Client:
    """One client to build: the engine's configuration for it and the factory that makes it."""

    config: Any
    factory: type[LiveDataClientFactory] | type[LiveExecClientFactory]


@dataclass(frozen=True, slots=True)
class NodeBuilder:
    """Collects clients, strategies and actors for a node that does not exist yet."""

    settings: Settings
    data_clients: dict[str, Client] = field(default_factory=dict)
    exec_clients: dict[str, Client] = field(default_factory=dict)
    strategies: list[Strategy] = field(default_factory=list)
    actors: list[Actor] = field(default_factory=list)

    def add_data_client(self, name: str, config: Any, factory: type[LiveDataClientFactory]) -> None:
        """Add a data client.

        Raises:
            DuplicateClientError: there is a data client of that name.
        """
        if name in self.data_clients:
            raise DuplicateClientError(name)
        self.data_clients[name] = Client(config, factory)

    def add_exec_client(self, name: str, config: Any, factory: type[LiveExecClientFactory]) -> None:
        """Add an execution client; without a data client of the same venue its instruments are not loaded.

        Raises:
            DuplicateClientError: there is an execution client of that name.
        """
        if name in self.exec_clients:
            raise DuplicateClientError(name)
        self.exec_clients[name] = Client(config, factory)

    def add_strategy(self, strategy: Strategy) -> None:
        """Add a strategy; the claims that the settings hold for its id are registered for it."""
        self.strategies.append(strategy)

    def add_actor(self, actor: Actor) -> None:
        """Add an actor."""
        self.actors.append(actor)
