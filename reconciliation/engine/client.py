"""What recon asks of a connected execution client beside what the engine asks."""

from collections.abc import Iterable
from typing import Literal, Protocol

from reconciliation.engine.holdings import Holdings

PositionMode = Literal["netting", "hedging"]


class Client(Protocol):
    """One execution client of a node, whatever its venue and the engine's generation; one implementation an adapter."""

    @property
    def name(self) -> str:
        """Its id in the engine."""

    @property
    def answers_absence(self) -> bool:
        """Whether its queries raise when they failed, so that nothing returned is the venue's own answer."""

    @property
    def can_verify(self) -> bool:
        """Whether its venue can be asked a second time, past what the engine asks."""

    @property
    def position_mode(self) -> PositionMode | None:
        """How the account keeps positions; None where the client does not know."""

    @property
    def mass_status_failure(self) -> str:
        """Why the client refused its last mass status; empty when it did not."""

    def loaded_instruments(self) -> Iterable[str]:
        """Return the ids of the instruments it has loaded."""

    async def venue_holdings(self) -> Holdings:
        """Ask the venue for its open orders and positions.

        Raises:
            Exception: whatever the adapter raises when a query fails; nothing is swallowed.
        """

    def node_holdings(self) -> Holdings:
        """Return what the node's cache believes of this client's account."""

    @property
    def used_weight(self) -> int:
        """Request weight used up in the venue's window; 0 where the venue tells of none, or the node is read only."""

    def limit_queries(self, secs: float) -> None:
        """Give each query of a check a time limit, in seconds; a mass status asks for much more, and is left alone."""
