"""Which orders a node has heard of in this life, so that one that was purged is not taken for one that came unheard.

A purge drops closed orders from memory, and the venue goes on telling of them: in the open check as far as it looks
back, in the position check's trades, and whole in the mass status after each reconnection. Taken for new they would be
made again and their trades booked a second time. Found with `purge cycles` under the conservative preset. The same goes
for orders of a position's earlier lives, which a start leaves out.
"""

from typing import Final

from nautilus_trader.model.identifiers import VenueOrderId

REMEMBERED_NS: Final = 8 * 86_400 * 1_000_000_000
"""An order is remembered for so long after its last event: longer than a venue tells of closed orders unasked."""


class Heard:
    """Orders by their venue's id, the one that nothing has been heard of for longest first."""

    def __init__(self) -> None:
        self._last_ns: dict[VenueOrderId, int] = {}

    def note(self, venue_order_id: VenueOrderId, now_ns: int) -> None:
        """Remember an order of which something was heard now."""
        self._last_ns.pop(venue_order_id, None)
        self._last_ns[venue_order_id] = now_ns
        while self._last_ns[first := next(iter(self._last_ns))] < now_ns - REMEMBERED_NS:
            del self._last_ns[first]

    def __contains__(self, venue_order_id: VenueOrderId) -> bool:
        return venue_order_id in self._last_ns
