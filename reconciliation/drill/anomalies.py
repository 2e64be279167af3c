"""The judge of a drill: all that a node holds, against the venue's ledger.

The ledger is the truth, whatever the venue answered. Nothing here asks anybody, and nothing here is shared with the
guards, the verification or the engine: values go in, and every way in which they differ comes out by name.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Final

from msgspec import Struct, field

from reconciliation.drill.venues import BINANCE, Venue
from reconciliation.embedded.venue_answers import VenueFill, VenueLedger, VenueOrder
from reconciliation.engine.books import BookedFill, BookedOrder, Books

EXTERNAL: Final = "EXTERNAL"
PRICE_TOLERANCE: Final = Decimal("0.0001")
MONEY_TOLERANCE: Final = Decimal("0.0001")
"""In the quote asset: the engine rounds each amount of money to eight decimals."""
_STATUSES: Final = {"NEW": "ACCEPTED"}
"""The venue's words where the engine has others."""
_NEVER_LIVED: Final = frozenset({"INITIALIZED", "DENIED", "REJECTED", "CANCELED"})
"""What a node may rightly hold of an order that the venue never had."""
_CLOSED: Final = frozenset({"FILLED", "CANCELED", "EXPIRED"})


class Kind(StrEnum):
    """The ways in which a node can be wrong."""

    MISSING_FILL = "missing fill"
    DUPLICATE_FILL = "duplicate fill"
    INVENTED_FILL = "invented fill"
    WRONG_FILL = "wrong fill"
    """A trade with another quantity, price or commission than the venue's."""
    MISSING_ORDER = "missing order"
    INVENTED_ORDER = "invented order"
    WRONG_STATUS = "wrong status"
    WRONG_QUANTITY = "wrong quantity"
    """Of an order, filled or whole."""
    WRONG_PRICE = "wrong price"
    """The average price of an order."""
    WRONG_OWNER = "wrong owner"
    PHANTOM_POSITION = "phantom position"
    """Another net position than the venue's, or than the node's own fills add up to."""
    WRONG_PROFIT = "wrong profit"
    WRONG_DATABASE = "wrong database"
    """The database holds another history than the cache."""
    NOT_CONVERGED = "not converged"
    """Venue and node did not agree within the time that was predicted."""
    NOT_SILENT = "second pass not silent"
    """Something was corrected although venue and node had agreed."""
    NOT_STARTED = "does not start"
    """The node refuses to start although everything works."""
    NOT_REFUSED = "not refused"
    """The node starts although it should not, or refuses for another reason."""
    NOT_STOPPED = "does not stop"
    NOT_ON_TIME = "not on time"
    """The venue was asked too early, too late, too often or not at all."""
    NOT_FORGOTTEN = "not forgotten"
    """The node's memory holds what it was to drop."""
    DRILL_FAILED = "drill failed"
    """Nothing was shown either way: the drill itself went wrong."""


class Anomaly(Struct, frozen=True):
    """One thing that is wrong.

    Attributes:
        kind: what it is.
        key: the client order id, the instrument id, or `instrument id:trade id`.
        text: both sides, in words.
    """

    kind: Kind
    key: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.key}: {self.text}"


class Expected(Struct, frozen=True, kw_only=True):
    """What the venue's ledger alone does not tell.

    Attributes:
        since_ms: orders placed earlier need not be known, with their trades.
        forgotten_ms: orders closed earlier may be dropped from memory.
        owners: the strategy that submitted an order, by client order id.
        claims: the strategy that claims an instrument, by instrument id.
        venue: whose the ledger is.
    """

    since_ms: int = 0
    forgotten_ms: int = 0
    owners: Mapping[str, str] = field(default_factory=dict)
    claims: Mapping[str, str] = field(default_factory=dict)
    venue: Venue = BINANCE


def anomalies(ledger: VenueLedger, books: Books, expected: Expected) -> tuple[Anomaly, ...]:
    """Name everything in which a node's books differ from a venue's ledger.

    Of the venue's history before `since_ms` a node need only hold what makes its positions right.
    """
    return (
        *_orders(ledger, books, expected),
        *_fills(ledger, books, expected),
        *_positions(ledger, books, expected.venue),
        *_profits(ledger, books, expected.venue),
    )


def _orders(ledger: VenueLedger, books: Books, expected: Expected) -> Iterator[Anomaly]:
    there = {order.client_order_id: order for order in ledger.orders}
    here = {order.client_order_id: order for order in books.orders}
    for key, order in there.items():
        if key in here:
            yield from _order(order, here[key], expected)
        elif order.is_open or (order.filled and _is_wanted(order, expected)):
            yield Anomaly(Kind.MISSING_ORDER, key, f"{order.status} at the venue, unknown on the node")
    for key, booked in here.items():
        if key not in there and (booked.status not in _NEVER_LIVED or booked.fills):
            yield Anomaly(Kind.INVENTED_ORDER, key, f"{_shown(booked)} on the node, and the venue never had it")


def _is_wanted(order: VenueOrder, expected: Expected) -> bool:
    """Whether a node must know an order: it lived when it was placed, and need not have forgotten it."""
    return order.time_ms >= expected.since_ms and order.update_ms >= expected.forgotten_ms


def _shown(order: BookedOrder) -> str:
    return f"{order.status} {order.side} {order.filled}/{order.quantity} {order.instrument_id}"


def _order(there: VenueOrder, here: BookedOrder, expected: Expected) -> Iterator[Anomaly]:
    key = there.client_order_id
    status = _STATUSES.get(there.status, there.status)
    if here.status != status:
        yield Anomaly(Kind.WRONG_STATUS, key, f"{status} at the venue, {here.status} on the node")
    # What an order that ended untraded might have traded is nobody's any more, and an amendment of it may be unheard.
    is_wanted = there.is_open or there.filled
    if here.filled != there.filled or (is_wanted and here.quantity != there.quantity):
        text = f"{there.filled} of {there.quantity} at the venue, {here.filled} of {here.quantity} on the node"
        yield Anomaly(Kind.WRONG_QUANTITY, key, text)
    # One that was cancelled before its acknowledgement came closes without the venue's id.
    if here.venue_order_id != str(there.order_id) and (here.venue_order_id or there.is_open or there.filled):
        yield Anomaly(Kind.WRONG_STATUS, key, f"order id {there.order_id} at the venue, {here.venue_order_id} here")
    owner = expected.owners.get(key) or expected.claims.get(expected.venue.instrument_of(there.symbol), EXTERNAL)
    if here.strategy_id != owner:
        yield Anomaly(Kind.WRONG_OWNER, key, f"of {owner}, and the node gives it to {here.strategy_id}")


def _fills(ledger: VenueLedger, books: Books, expected: Expected) -> Iterator[Anomaly]:
    orders = {order.client_order_id: order for order in ledger.orders}
    known = {order.client_order_id for order in books.orders}
    made = {_trade(fill, expected.venue): fill for fill in ledger.fills}
    held = Counter(f"{order.instrument_id}:{fill.trade_id}" for order in books.orders for fill in order.fills)
    of_order: dict[str, list[VenueFill]] = defaultdict(list)
    for fill in ledger.fills:
        of_order[fill.client_order_id].append(fill)
    for order in books.orders:
        for booked in order.fills:
            yield from _fill(order, booked, made.get(f"{order.instrument_id}:{booked.trade_id}"))
        yield from _average_price(order, of_order[order.client_order_id])
    for key, times in held.items():
        if times > 1:
            yield Anomaly(Kind.DUPLICATE_FILL, key, f"in {times} places on the node")
    for key, true in made.items():
        wanted = _is_wanted(orders[true.client_order_id], expected)
        if key not in held and (wanted or true.client_order_id in known):
            yield Anomaly(Kind.MISSING_FILL, key, f"{true.quantity} at {true.price} of {true.client_order_id}")


def _fill(order: BookedOrder, booked: BookedFill, true: VenueFill | None) -> Iterator[Anomaly]:
    key = f"{order.instrument_id}:{booked.trade_id}"
    if true is None:
        text = f"{booked.quantity} at {booked.price} in {order.client_order_id}, and the venue never made it"
        yield Anomaly(Kind.INVENTED_FILL, key, text)
        return
    if (true.quantity, true.price, true.commission) != (booked.quantity, booked.price, booked.commission):
        text = (
            f"{true.quantity} at {true.price}, commission {true.commission}, at the venue;"
            f" {booked.quantity} at {booked.price}, commission {booked.commission}, on the node"
        )
        yield Anomaly(Kind.WRONG_FILL, key, text)
    if true.client_order_id != order.client_order_id:
        text = f"of {true.client_order_id} at the venue, in {order.client_order_id} on the node"
        yield Anomaly(Kind.WRONG_FILL, key, text)


def _average_price(order: BookedOrder, fills: Iterable[VenueFill]) -> Iterator[Anomaly]:
    traded = quote = Decimal(0)
    for fill in fills:
        traded += fill.quantity
        quote += fill.quantity * fill.price
    if traded and abs(order.average_price - quote / traded) > PRICE_TOLERANCE:
        text = f"{quote / traded} at the venue, {order.average_price} on the node"
        yield Anomaly(Kind.WRONG_PRICE, order.client_order_id, text)


def net_positions(ledger: VenueLedger, books: Books, venue: Venue = BINANCE) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Yield each instrument with its signed position at the venue and on the node."""
    there = {venue.instrument_of(symbol): net for symbol, net in ledger.positions.items()}
    here: dict[str, Decimal] = defaultdict(Decimal)
    for position in books.positions:
        here[position.instrument_id] += position.net
    for key in sorted(there.keys() | here.keys()):
        yield key, there.get(key, Decimal(0)), here.get(key, Decimal(0))


def _positions(ledger: VenueLedger, books: Books, venue: Venue) -> Iterator[Anomaly]:
    for key, at_venue, on_node in net_positions(ledger, books, venue):
        if at_venue != on_node:
            yield Anomaly(Kind.PHANTOM_POSITION, key, f"{at_venue} at the venue, {on_node} on the node")


def _profits(ledger: VenueLedger, books: Books, venue: Venue) -> Iterator[Anomaly]:
    """Compare what the current life of a position earned, open profit included, where the node holds it in one piece.

    The engine forgets the profit of a position's earlier lives; it is told in events alone.
    """
    lives = {venue.instrument_of(symbol): life for symbol, life in _current_lives(ledger).items()}
    for instrument, life in sorted(lives.items()):
        positions = [position for position in books.positions if position.instrument_id == instrument and position.net]
        if len(positions) != 1 or positions[0].trade_ids != tuple(part.trade_id for part in life):
            continue
        price = life[-1].price
        true = sum((part.signed * (price - part.price) - part.commission for part in life), Decimal(0))
        told = positions[0].realized_pnl + positions[0].net * (price - positions[0].average_open)
        if abs(true - told) > MONEY_TOLERANCE * len(life):
            yield Anomaly(Kind.WRONG_PROFIT, instrument, f"{true:.6f} at the venue, {told:.6f} on the node")


class _Part(Struct, frozen=True):
    """A trade, or what of one that goes through zero belongs to the new position."""

    trade_id: str
    signed: Decimal
    price: Decimal
    commission: Decimal


def _current_lives(ledger: VenueLedger) -> dict[str, list[_Part]]:
    """Return by symbol the trades since its position was last flat."""
    nets: dict[str, Decimal] = defaultdict(Decimal)
    lives: dict[str, list[_Part]] = defaultdict(list)
    for fill in ledger.fills:
        before, after = nets[fill.symbol], nets[fill.symbol] + fill.signed
        nets[fill.symbol] = after
        part = _Part(fill.trade_id, fill.signed, fill.price, fill.commission)
        if before * after < 0:
            share = after / fill.signed
            lives[fill.symbol] = [_Part(fill.trade_id, after, fill.price, fill.commission * share)]
        elif after:
            lives[fill.symbol].append(part)
        else:
            lives[fill.symbol] = []
    return {symbol: life for symbol, life in lives.items() if life}


def stored(books: Books, histories: Mapping[str, tuple[str, ...]]) -> Iterator[Anomaly]:
    """Name every order and position of which the database holds another history than the cache.

    Args:
        books: the cache.
        histories: the kinds of the stored events by key, as `orders:O-1`.
    """
    for order in books.orders:
        kept = histories.get(f"orders:{order.client_order_id}", ())
        if kept != order.events:
            text = f"{', '.join(kept) or 'nothing'} in the database; {', '.join(order.events)} in the cache"
            yield Anomaly(Kind.WRONG_DATABASE, order.client_order_id, text)
    for position in books.positions:
        kept = tuple(event.rpartition(" ")[2] for event in histories.get(f"positions:{position.position_id}", ()))
        if kept != position.trade_ids:
            text = f"{', '.join(kept) or 'nothing'} in the database; {', '.join(position.trade_ids)} in the cache"
            yield Anomaly(Kind.WRONG_DATABASE, position.position_id, text)


def _trade(fill: VenueFill, venue: Venue) -> str:
    return f"{venue.instrument_of(fill.symbol)}:{fill.trade_id}"
