"""The ledger difference: what both sides hold in the end, thing by thing."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Final

from msgspec import Struct

from reconciliation.drill.anomalies import net_positions
from reconciliation.drill.venues import BINANCE
from reconciliation.embedded.venue_answers import VenueFill, VenueLedger, VenueOrder
from reconciliation.engine.books import BookedFill, BookedOrder, Books

MOST_WRONG: Final = 60
MOST_OTHERS: Final = 12
"""How many rows are shown: of what is wrong, and of what is alike or may differ, each."""
ABSENT: Final = "\N{EN DASH}"
_ONLY_AT_VENUE: Final = "missing on the node"
_ONLY_ON_NODE: Final = "only on the node"
_STATUSES: Final = {"NEW": "ACCEPTED"}
"""The venue's words where the engine has others."""


class Row(Struct, frozen=True, kw_only=True):
    """One order, trade or position on both sides.

    Attributes:
        what: `order`, `trade` or `position`.
        key: the client order id, `instrument id:trade id`, or the instrument id.
        differs: in what; empty where both are alike.
        is_wrong: whether the oracle says so; a node need not hold all of a venue's history.
    """

    what: str
    key: str
    venue: str
    node: str
    differs: str
    is_wrong: bool


class Difference(Struct, frozen=True, kw_only=True):
    """All of it.

    Attributes:
        rows: what is shown: what is wrong, then what is alike, then what may differ.
        wrong: how many are held wrongly, shown or not.
        alike: how many are held alike.
        free: how many differ and may.
    """

    rows: tuple[Row, ...]
    wrong: int
    alike: int
    free: int

    @property
    def left_out(self) -> int:
        """How many are not shown."""
        return self.wrong + self.alike + self.free - len(self.rows)


def difference(ledger: VenueLedger, books: Books, wrong: Collection[str]) -> Difference:
    """Return how a node's books differ from a venue's ledger.

    Args:
        ledger: the venue's.
        books: the node's.
        wrong: the keys of what the oracle holds to be wrong.
    """
    rows = [
        Row(what=what, key=key, venue=venue, node=node, differs=differs, is_wrong=bool(differs) and key in wrong)
        for what, key, venue, node, differs in (
            *_positions(ledger, books),
            *_orders(ledger, books),
            *_fills(ledger, books),
        )
    ]
    bad = [row for row in rows if row.is_wrong]
    alike = [row for row in rows if not row.differs]
    free = [row for row in rows if row.differs and not row.is_wrong]
    shown = (*bad[:MOST_WRONG], *alike[:MOST_OTHERS], *free[:MOST_OTHERS])
    return Difference(rows=shown, wrong=len(bad), alike=len(alike), free=len(free))


_Cells = tuple[str, str, str, str, str]


def _positions(ledger: VenueLedger, books: Books) -> Iterator[_Cells]:
    for key, venue, node in net_positions(ledger, books):
        yield "position", key, plain(venue), plain(node), "net" if venue != node else ""


def _orders(ledger: VenueLedger, books: Books) -> Iterator[_Cells]:
    there = {order.client_order_id: order for order in ledger.orders}
    here = {order.client_order_id: order for order in books.orders}
    for key in dict.fromkeys((*there, *here)):
        venue, node = there.get(key), here.get(key)
        yield (
            "order",
            key,
            ABSENT
            if venue is None
            else f"{_status(venue)} {venue.side} {plain(venue.filled)} of {plain(venue.quantity)} {venue.symbol}",
            ABSENT
            if node is None
            else f"{node.status} {node.side} {plain(node.filled)} of {plain(node.quantity)}, {node.strategy_id}",
            _differs(venue, node),
        )


def _status(order: VenueOrder) -> str:
    return _STATUSES.get(order.status, order.status)


def _differs(venue: VenueOrder | None, node: BookedOrder | None) -> str:
    if venue is None or node is None:
        return _ONLY_ON_NODE if venue is None else _ONLY_AT_VENUE
    told: Mapping[str, bool] = {
        "status": _status(venue) != node.status,
        "filled": venue.filled != node.filled,
        "quantity": venue.quantity != node.quantity,
        "order id": str(venue.order_id) != node.venue_order_id,
    }
    return ", ".join(name for name, is_so in told.items() if is_so)


def _fills(ledger: VenueLedger, books: Books) -> Iterator[_Cells]:
    there = {f"{BINANCE.instrument_of(fill.symbol)}:{fill.trade_id}": fill for fill in ledger.fills}
    here: dict[str, list[tuple[BookedOrder, BookedFill]]] = defaultdict(list)
    for order in books.orders:
        for fill in order.fills:
            here[f"{order.instrument_id}:{fill.trade_id}"].append((order, fill))
    for key in dict.fromkeys((*there, *here)):
        venue, booked = there.get(key), here.get(key, [])
        yield (
            "trade",
            key,
            ABSENT if venue is None else f"{plain(venue.quantity)} at {plain(venue.price)} of {venue.client_order_id}",
            "; ".join(
                f"{plain(fill.quantity)} at {plain(fill.price)} of {order.client_order_id}" for order, fill in booked
            )
            or ABSENT,
            _differ(venue, booked),
        )


def _differ(venue: VenueFill | None, booked: list[tuple[BookedOrder, BookedFill]]) -> str:
    if venue is None or not booked:
        return _ONLY_ON_NODE if venue is None else _ONLY_AT_VENUE
    order, fill = booked[0]
    told: Mapping[str, bool] = {
        "held twice": len(booked) > 1,
        "quantity": venue.quantity != fill.quantity,
        "price": venue.price != fill.price,
        "commission": venue.commission != fill.commission,
        "order": venue.client_order_id != order.client_order_id,
    }
    return ", ".join(name for name, is_so in told.items() if is_so)


def plain(amount: Decimal) -> str:
    """Return an amount without the zeros that only tell its precision, which both sides write differently."""
    return f"{amount.normalize():f}"
