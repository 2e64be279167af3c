"""What happened at the venue, from its ledger, which is true whatever was told of it."""

from collections.abc import Iterable, Iterator
from typing import Final

from reconciliation.drill.recorded.curves import NS, true_secs
from reconciliation.drill.recorded.lanes import Lane, Mark, Moment, of_order
from reconciliation.embedded.venue_answers import VenueLedger

CLOSED: Final = {"CANCELED": "cancelled", "EXPIRED": "expired"}


def at_venue(ledger: VenueLedger, begin_ns: int, skews: Iterable[tuple[float, float, float]] = ()) -> Iterator[Moment]:
    """Yield what became of each order and when; what was before the run is left out.

    Args:
        ledger: the venue's, in its own time.
        begin_ns: when the run began.
        skews: when the venue's clock was off, as begin, end and by how much, in seconds.
    """
    off = tuple(skews)

    def moments(ms: int, order: str, what: str, detail: str = "", mark: Mark = Mark.TICK) -> Iterator[Moment]:
        secs = true_secs(ms / 1_000 - begin_ns / NS, off)
        if secs >= 0:
            yield of_order(secs, Lane.VENUE, order, what, detail, mark)

    for order in ledger.orders:
        price = f"at {order.price}" if order.price else "at market"
        detail = f": {order.side} {order.quantity} {order.symbol} {price}"
        yield from moments(order.time_ms, order.client_order_id, "placed", detail)
        if order.status in CLOSED:
            yield from moments(order.update_ms, order.client_order_id, CLOSED[order.status])
    for fill in ledger.fills:
        detail = f" {fill.quantity} at {fill.price}, trade {fill.trade_id}"
        yield from moments(fill.time_ms, fill.client_order_id, "traded", detail, Mark.TRADE)
