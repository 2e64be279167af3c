"""What a venue is asked before there is a client of the engine's; nothing is changed there."""

from collections.abc import Collection
from typing import Protocol

from reconciliation.engine.client import PositionMode


class ProbeRefusedError(Exception):
    """The venue answered, and refuses what is signed; the message is its own."""


class ClockRefusedError(ProbeRefusedError):
    """It does so because of the time on the request."""


class Probe(Protocol):
    """Asks one venue for one client of a node; one implementation an adapter.

    Each question raises ProbeRefusedError where the venue refuses the client, and whatever the adapter raises where the
    venue does not answer.
    """

    @property
    def name(self) -> str:
        """The client's."""

    @property
    def venue(self) -> str:
        """What its instruments' ids end with."""

    @property
    def address(self) -> str:
        """Where the venue is asked."""

    @property
    def behind_ms(self) -> int:
        """How far the time on a request may be behind the venue's when it arrives."""

    @property
    def ahead_ms(self) -> int:
        """How far it may be ahead."""

    async def venue_time_ms(self) -> int:
        """Return the venue's time, in milliseconds since the epoch."""

    async def position_mode(self) -> PositionMode:
        """Return how the account keeps positions; the request is signed."""

    async def instrument_ids(self) -> Collection[str]:
        """Return the ids of all instruments that the client can load."""
