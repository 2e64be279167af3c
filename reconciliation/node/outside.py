"""What a node reaches beside its venue: the database behind its cache, and whoever watches it.

One object, because a drill in virtual time has neither a socket nor a thread, and replaces all of it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from reconciliation.engine.lifecycle import Event
from reconciliation.node import preflight
from reconciliation.node.cache_watch import CacheWatch
from reconciliation.rules.plan import Plan
from reconciliation.settings import Settings

if TYPE_CHECKING:
    from reconciliation.node.observation import Observation


class Closing(Protocol):
    """What goes on until it is closed."""

    def close(self) -> None:
        """End it."""


def served(settings: Settings, planned: Plan, accounts: tuple[str, ...]) -> "Observation":
    """Serve how a node is over HTTP, and publish it to its fleet.

    Raises:
        MonitorError: the address cannot be listened on, or the certificate cannot be read.
    """
    from reconciliation.node.monitoring import Monitoring  # noqa: PLC0415 - who is not watched loads no server

    return Monitoring(settings, planned, accounts)


@dataclass(frozen=True, slots=True)
class Outside:
    """How a node reaches what is around it.

    Attributes:
        check_cache: looks whether the database at an url is usable.
        watch_cache: watches the database at an url, tells of it, on a loop.
        observe: observes a node with an enabled monitor: its settings, what they mean, its accounts.
    """

    check_cache: Callable[[str], None] = preflight.check_cache
    watch_cache: Callable[[str, Callable[[Event], None], asyncio.AbstractEventLoop], Closing] = CacheWatch
    observe: "Callable[[Settings, Plan, tuple[str, ...]], Observation]" = served


OUTSIDE = Outside()
"""The world as it is."""
