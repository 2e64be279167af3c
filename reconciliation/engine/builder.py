"""What a user's `configure(builder)` function receives before the node is constructed."""

from copy import copy
from typing import Any

from msgspec import Struct, field
from msgspec.structs import asdict

from reconciliation.engine.errors import DuplicateClientError
from reconciliation.settings import Settings


class GuardedFactory:
    """What every factory of a guarded client is, whatever the venue."""


class ClientSpec(Struct, frozen=True):
    """One client to build: the engine's configuration for it and the factory that makes it."""

    config: Any
    factory: Any

    @property
    def is_guarded(self) -> bool:
        """Whether the client will be one of ours."""
        return isinstance(self.factory, type) and issubclass(self.factory, GuardedFactory)


class NodeBuilder(Struct, frozen=True):
    """Collects clients, strategies and actors for a node that does not exist yet.

    Attributes:
        settings: what the node is built from.
        data_clients: by name, in the order in which they were added.
        exec_clients: likewise.
        strategies: objects of the engine's `Strategy`.
        actors: objects of the engine's `Actor`.
    """

    settings: Settings
    data_clients: dict[str, ClientSpec] = field(default_factory=dict)
    exec_clients: dict[str, ClientSpec] = field(default_factory=dict)
    strategies: list[Any] = field(default_factory=list)
    actors: list[Any] = field(default_factory=list)
    exec_algorithms: list[Any] = field(default_factory=list)

    def copied(self, settings: Settings) -> "NodeBuilder":
        """Return a builder of its own with the same collection and other settings."""
        collected = {name: copy(part) for name, part in asdict(self).items() if name != "settings"}
        return NodeBuilder(settings, **collected)

    def add_data_client(self, name: str, config: Any, factory: type[Any]) -> None:
        """Add a data client.

        Args:
            name: its name, by which the engine routes to it.
            config: the engine's configuration of it.
            factory: the engine's factory that makes it.

        Raises:
            DuplicateClientError: there is a data client of that name.
        """
        if name in self.data_clients:
            raise DuplicateClientError(name)
        self.data_clients[name] = ClientSpec(config, factory)

    def add_exec_client(self, name: str, config: Any, factory: type[Any]) -> None:
        """Add an execution client; without a data client of the same venue its instruments are not loaded.

        Args:
            name: its name, by which the engine routes to it.
            config: the engine's configuration of it.
            factory: the engine's factory that makes it.

        Raises:
            DuplicateClientError: there is an execution client of that name.
        """
        if name in self.exec_clients:
            raise DuplicateClientError(name)
        self.exec_clients[name] = ClientSpec(config, factory)

    def add_strategy(self, strategy: Any) -> None:
        """Add a strategy of the engine's; the claims that the settings hold for its id are registered for it."""
        self.strategies.append(strategy)

    def add_actor(self, actor: Any) -> None:
        """Add an actor of the engine's."""
        self.actors.append(actor)

    def add_exec_algorithm(self, algorithm: Any) -> None:
        """Add an execution algorithm of the engine's."""
        self.exec_algorithms.append(algorithm)
