"""The judge of `recon demo`: what a node tells that it believes, held against the venue's ledger.

The ledger is the truth, whatever the venue answered. Nothing here asks anybody: two values go in, and every way in
which they differ comes out.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Self

from msgspec import Struct, field

from reconciliation.embedded.venue_answers import VenueFill, VenueLedger

OPEN: Final = "OPEN"
"""The status of an order of which a node told no more than that it is open."""
_STATUSES: Final = {"NEW": "ACCEPTED"}
"""The venue's words where the engine has others."""
_WORKING: Final = frozenset({"ACCEPTED", "PARTIALLY_FILLED"})
_NEVER_LIVED: Final = frozenset({"REJECTED", "DENIED", "CANCELED"})
"""What a node may rightly believe of an order that the venue never had."""


class Belief(Struct, frozen=True):
    """What a node believes.

    Attributes:
        orders: the status by client order id, in the engine's words, or `OPEN`. A closed order may be left out, an open
            one may not.
        positions: signed net quantity by instrument id; flat ones may be left out.
        trades: how many orders hold each trade, by `instrument id:trade id`; None where nothing was told of them.
    """

    orders: Mapping[str, str]
    positions: Mapping[str, Decimal] = field(default_factory=dict)
    trades: Mapping[str, int] | None = None

    @classmethod
    def told_by(cls, event: Mapping[str, Any], trades: Iterable[str] | None = None) -> Self:
        """Return what a node's `node_reconciled` event says.

        Args:
            event: it names the open orders and the positions.
            trades: all trades of the node, each as often as an order holds it; the event names recovered ones only.
        """
        positions = {key: Decimal(net) for key, net in event["node"]["positions"].items()}
        return cls(dict.fromkeys(event["open_orders"], OPEN), positions, None if trades is None else Counter(trades))


class Kind(StrEnum):
    """The ways in which a belief can be wrong."""

    ORDER = "order"
    POSITION = "position"
    TRADE_MISSING = "trade missing"
    """The node does not hold a trade of its position, or of an order that it knows."""
    TRADE_MADE_UP = "trade made up"
    """The node holds a trade that the venue never made."""
    TRADE_TWICE = "trade twice"
    """Several orders of the node hold one trade."""


class Discrepancy(Struct, frozen=True):
    """One thing that a node believes wrongly.

    Attributes:
        kind: what it is about.
        key: the client order id, the instrument id, or `instrument id:trade id`.
        venue: the status, the net quantity, or how often the trade was made; None for an order there is not.
        node: what the node believes of it instead.
    """

    kind: Kind
    key: str
    venue: str | None
    node: str | None

    def __str__(self) -> str:
        return f"{self.kind} {self.key}: {self.venue or 'unknown'} at the venue, {self.node or 'unknown'} on the node"


def discrepancies(ledger: VenueLedger, belief: Belief) -> tuple[Discrepancy, ...]:
    """Name everything in which a node's belief differs from a venue's ledger: orders, positions, trades.

    Of the venue's history a node need only hold the trades of its current positions and of the orders it knows.
    """
    found = [*_orders(ledger, belief), *_positions(ledger, belief)]
    if belief.trades is not None:
        found.extend(_trades(ledger, belief, belief.trades))
    return tuple(found)


def _orders(ledger: VenueLedger, belief: Belief) -> Iterator[Discrepancy]:
    truth = {order.client_order_id: _STATUSES.get(order.status, order.status) for order in ledger.orders}
    live = {order.client_order_id for order in ledger.open_orders}
    for key in sorted(live | belief.orders.keys()):
        there, here = truth.get(key), belief.orders.get(key)
        if not _alike(there, here):
            yield Discrepancy(Kind.ORDER, key, there, here)


def _alike(there: str | None, here: str | None) -> bool:
    if there is None:
        return here in _NEVER_LIVED
    return here == there or (here == OPEN and there in _WORKING)


def _positions(ledger: VenueLedger, belief: Belief) -> Iterator[Discrepancy]:
    truth = {instrument_of(symbol): net for symbol, net in ledger.positions.items()}
    for key in sorted(truth.keys() | belief.positions.keys()):
        there, here = truth.get(key, Decimal(0)), belief.positions.get(key, Decimal(0))
        if there != here:
            yield Discrepancy(Kind.POSITION, key, format(there, "f"), format(here, "f"))


def _trades(ledger: VenueLedger, belief: Belief, held: Mapping[str, int]) -> Iterator[Discrepancy]:
    made = {trade_of(fill) for fill in ledger.fills}
    known = (fill for fill in ledger.fills if fill.client_order_id in belief.orders)
    wanted = {trade_of(fill) for fill in (*current_lifecycle(ledger), *known)}
    for key in sorted(wanted - held.keys()):
        yield Discrepancy(Kind.TRADE_MISSING, key, "1", None)
    for key, times in sorted(held.items()):
        if key not in made:
            yield Discrepancy(Kind.TRADE_MADE_UP, key, None, str(times))
        if times > 1:
            yield Discrepancy(Kind.TRADE_TWICE, key, "1" if key in made else None, str(times))


def current_lifecycle(ledger: VenueLedger) -> tuple[VenueFill, ...]:
    """Return the trades since each symbol's position was last flat."""
    nets: dict[str, Decimal] = {}
    lifecycles: dict[str, list[VenueFill]] = {}
    for fill in ledger.fills:
        before = nets.get(fill.symbol, Decimal(0))
        nets[fill.symbol] = after = before + fill.signed
        # A trade through zero closes one position and opens the next.
        earlier = lifecycles.get(fill.symbol, []) if before * after > 0 else []
        lifecycles[fill.symbol] = [*earlier, fill] if after else []
    return tuple(fill for fills in lifecycles.values() for fill in fills)


def instrument_of(symbol: str) -> str:
    """Return a node's name for a symbol of the venue."""
    return f"{symbol}-PERP.BINANCE"


def trade_of(fill: VenueFill) -> str:
    """Return a node's name for a trade; venues number trades per instrument, so that the trade id alone is none."""
    return f"{instrument_of(fill.symbol)}:{fill.trade_id}"
