"""What a node reaches beside its venue: the database behind its cache, and whoever watches it.

One object, because a drill in virtual time has neither a socket nor a thread, and replaces all of it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from reconciliation.engine.builder import NodeBuilder
from reconciliation.engine.lifecycle import Event
from reconciliation.node.cache_keys import TraderKeys
from reconciliation.node.cache_repair import Keys
from reconciliation.node.cache_watch import CacheWatch
from reconciliation.node.heap import SettledHeap
from reconciliation.node.lease import Lease
from reconciliation.node.observation import Observation
from reconciliation.node.preflight.examine import at_boot
from reconciliation.node.preflight.outcome import Outcome
from reconciliation.node.supervision import Supervision
from reconciliation.rules.plan import Plan
from reconciliation.settings import Settings
from reconciliation.settings.node import NodeSettings


class Closing(Protocol):
    """What goes on until it is closed."""

    def close(self) -> None:
        """End it."""


class Held(Protocol):
    """Leases that a node holds."""

    @property
    def numbers(self) -> Mapping[str, int]:
        """Each by its name, with its count of holders."""

    def is_ours(self) -> bool:
        """Whether nobody else can hold one of them; asked for each event and each command."""

    async def lost(self) -> None:
        """Return once one of them is lost."""

    def release(self) -> None:
        """Give them back."""


class Settling(Closing, Protocol):
    """Hears what happens to a node, until it is closed."""

    def __call__(self, event: Event) -> None:
        """Hear of one event."""


class Supervising(Protocol):
    """Tells a supervisor how a node is."""

    def __call__(self, event: Event) -> None:
        """Tell of one event."""

    def beat(self) -> None:
        """Tell that the event loop works; called every second."""

    def close(self) -> None:
        """The node has ended."""


def observed(settings: Settings, planned: Plan, accounts: tuple[str, ...]) -> Observation:
    """Observe how a node is; where its monitor is on, serve that over HTTP, and publish it to its fleet.

    Raises:
        MonitorError: the address cannot be listened on, or the certificate cannot be read.
    """
    if not settings.monitor.enabled:
        return Observation(settings, planned, accounts)
    from reconciliation.node.monitoring import Monitoring  # noqa: PLC0415 - who is not watched loads no server

    return Monitoring(settings, planned, accounts)


def unloadable(settings: Settings) -> list[Outcome]:
    """Say what in a node's cache kept the engine from being built."""
    from reconciliation.node.preflight import keys  # noqa: PLC0415 - most nodes are built

    return keys.unloadable(settings)


class Outside(Struct, frozen=True):
    """How a node reaches what is around it.

    Attributes:
        preflight: looks whether what is around a node of these settings and clients is as it should be.
        take_leases: takes leases in the database at an url, of these names, for a node; tells of them, and asks from
            time to time whether to wait on.
        watch_cache: watches the database at an url, tells of it, on a loop, and keeps the engine's connection in use.
        trader_keys: the keys in the database at an url of a trader id, and the key of its lease where it has one.
        observe: observes a node that trades: its settings, what they mean, its accounts.
        supervise: tells a supervisor how a node that trades is.
        unloadable: says what in a node's cache kept the engine from being built.
        settle: keeps what a start leaves in memory from being gone through again and again.
    """

    preflight: Callable[[Settings, NodeBuilder], list[Outcome]] = at_boot
    take_leases: Callable[[str, Sequence[str], NodeSettings, Callable[[Event], None], Callable[[], None]], Held] = Lease
    watch_cache: Callable[[str, Callable[[Event], None], asyncio.AbstractEventLoop, Callable[[], None]], Closing] = (
        CacheWatch
    )
    trader_keys: Callable[[str, str, str | None], Keys] = TraderKeys
    observe: Callable[[Settings, Plan, tuple[str, ...]], Observation] = observed
    supervise: Callable[[Settings], Supervising] = Supervision
    unloadable: Callable[[Settings], list[Outcome]] = unloadable
    settle: Callable[[], Settling] = SettledHeap


OUTSIDE = Outside()
"""The world as it is."""
