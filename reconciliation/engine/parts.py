"""What the settings name of a node, imported and judged, and not made yet."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from msgspec import Struct, field

from reconciliation.engine.builder import ClientSpec, NodeBuilder
from reconciliation.engine.errors import PartError

Make = Callable[[], Any]


class Parts(Struct, frozen=True):
    """Strategies, actors, execution algorithms and clients of the settings.

    Attributes:
        faults: what of them, and of the engine's own tables, cannot be used: by dotted key, and why.
        claims: the instruments that strategies claim in their own configuration, by strategy id.
        strategies: what makes each, by its id; the user's code runs then.
        actors: likewise, by component id.
        exec_algorithms: likewise, by id.
        data_clients: by name.
        exec_clients: by name.
    """

    faults: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    strategies: Mapping[str, Make] = field(default_factory=dict)
    actors: Mapping[str, Make] = field(default_factory=dict)
    exec_algorithms: Mapping[str, Make] = field(default_factory=dict)
    data_clients: Mapping[str, ClientSpec] = field(default_factory=dict)
    exec_clients: Mapping[str, ClientSpec] = field(default_factory=dict)

    def add_clients(self, builder: NodeBuilder) -> None:
        """Add the clients to a builder.

        Raises:
            DuplicateClientError: a client of one of the names was added.
        """
        for name, spec in self.data_clients.items():
            builder.add_data_client(name, spec.config, spec.factory)
        for name, spec in self.exec_clients.items():
            builder.add_exec_client(name, spec.config, spec.factory)

    def add_made(self, builder: NodeBuilder, *, read_only: bool) -> None:
        """Make the rest and add it to a builder.

        Args:
            builder: what collects.
            read_only: the node only looks: it knows its strategies, for what they claim, and needs nothing else.

        Raises:
            PartError: the user's code failed, or made what has another id.
        """
        for name, make in self.strategies.items():
            builder.add_strategy(_made("strategies", name, make))
        if read_only:
            return
        for section, makers, add in (
            ("actors", self.actors, builder.add_actor),
            ("exec_algorithms", self.exec_algorithms, builder.add_exec_algorithm),
        ):
            for made in map(partial(_made, section), makers, makers.values()):
                add(made)


def _made(section: str, name: str, make: Make) -> Any:
    try:
        made = make()
    except Exception as error:
        raise PartError.failed(f"{section}.{name}", error) from error
    if str(made.id) != name:
        raise PartError(
            f"{section}.{name}: it calls itself {made.id}",
            f"name the table {section}.{made.id}, or leave its id to what it is configured with",
        )
    return made
