"""The judge names every way in which a node's books differ from a venue's ledger, and nothing else."""

import inspect
from decimal import Decimal
from typing import Any, Final

import pytest
from msgspec.structs import replace

from reconciliation.drill.anomalies import Anomaly, Expected, Kind, anomalies, stored
from reconciliation.embedded.venue_answers import VenueFill, VenueLedger, VenueOrder
from reconciliation.engine.books import BookedFill, BookedOrder, BookedPosition, Books

BTC = "BTCUSDT-PERP.BINANCE"
OWNER = "DRILL-D01"
PRICE = Decimal(50_000)
COMMISSION = Decimal("0.20")
LOT = Decimal("0.010")

ORDER = VenueOrder(
    order_id=7,
    client_order_id="order",
    symbol="BTCUSDT",
    side="BUY",
    type="LIMIT",
    status="FILLED",
    price=PRICE,
    quantity=LOT,
    filled=LOT,
    time_ms=10,
    update_ms=20,
)
TRADE = VenueFill(
    trade_id="1",
    order_id=7,
    client_order_id="order",
    symbol="BTCUSDT",
    side="BUY",
    quantity=LOT,
    price=PRICE,
    commission=COMMISSION,
    maker=True,
    time_ms=20,
    realized_pnl=Decimal(0),
)
RESTING = replace(ORDER, order_id=8, client_order_id="resting", status="NEW", filled=Decimal(0))
LEDGER = VenueLedger(orders=(ORDER, RESTING), fills=(TRADE,), positions={"BTCUSDT": LOT}, commissions={}, balances={})
NOTHING = VenueLedger(orders=(), fills=(), positions={}, commissions={}, balances={})

FILL = BookedFill(trade_id="1", quantity=LOT, price=PRICE, commission=COMMISSION)
BOOKED = BookedOrder(
    client_order_id="order",
    venue_order_id="7",
    instrument_id=BTC,
    side="BUY",
    status="FILLED",
    quantity=LOT,
    filled=LOT,
    average_price=PRICE,
    strategy_id=OWNER,
    fills=(FILL,),
    events=("OrderInitialized", "OrderFilled 1"),
)
RESTS = replace(
    BOOKED,
    client_order_id="resting",
    venue_order_id="8",
    status="ACCEPTED",
    filled=Decimal(0),
    average_price=Decimal(0),
    fills=(),
    events=("OrderInitialized",),
)
POSITION = BookedPosition(
    position_id=f"{BTC}-BOTH",
    instrument_id=BTC,
    strategy_id=OWNER,
    net=LOT,
    average_open=PRICE,
    realized_pnl=-COMMISSION,
    trade_ids=("1",),
)
BOOKS = Books((BOOKED, RESTS), (POSITION,))
EXPECTED = Expected(owners={"order": OWNER}, claims={BTC: OWNER})
TOLD: Final = f"{BTC}:1"


def named(ledger: VenueLedger, books: Books, expected: Expected = EXPECTED) -> set[tuple[Kind, str]]:
    return {(anomaly.kind, anomaly.key) for anomaly in anomalies(ledger, books, expected)}


def order(**values: Any) -> Books:
    """The books, with something else in the order that is filled."""
    return replace(BOOKS, orders=(replace(BOOKED, **values), RESTS))


def position(**values: Any) -> Books:
    """The books, with something else in the position."""
    return replace(BOOKS, positions=(replace(POSITION, **values),))


def test_books_that_are_right_differ_in_nothing() -> None:
    assert anomalies(LEDGER, BOOKS, EXPECTED) == ()
    assert anomalies(NOTHING, Books(), Expected()) == ()


CASES: Final[dict[str, tuple[Books, set[tuple[Kind, str]]]]] = {
    "a planted missing fill": (order(fills=()), {(Kind.MISSING_FILL, TOLD)}),
    "a planted duplicate": (order(fills=(FILL, FILL)), {(Kind.DUPLICATE_FILL, TOLD)}),
    "a duplicate in another order": (
        replace(BOOKS, orders=(BOOKED, replace(RESTS, fills=(FILL,)))),
        {(Kind.DUPLICATE_FILL, TOLD), (Kind.WRONG_FILL, TOLD)},
    ),
    "an invented fill": (
        order(fills=(FILL, replace(FILL, trade_id="x"))),
        {(Kind.INVENTED_FILL, f"{BTC}:x")},
    ),
    "another quantity of a fill": (order(fills=(replace(FILL, quantity=2 * LOT),)), {(Kind.WRONG_FILL, TOLD)}),
    "another price of a fill": (order(fills=(replace(FILL, price=PRICE + 1),)), {(Kind.WRONG_FILL, TOLD)}),
    "another commission": (order(fills=(replace(FILL, commission=Decimal(0)),)), {(Kind.WRONG_FILL, TOLD)}),
    "an order that is missing": (replace(BOOKS, orders=(BOOKED,)), {(Kind.MISSING_ORDER, "resting")}),
    "an order that traded is missing": (
        replace(BOOKS, orders=(RESTS,)),
        {(Kind.MISSING_ORDER, "order"), (Kind.MISSING_FILL, TOLD)},
    ),
    "an invented order": (
        replace(BOOKS, orders=(BOOKED, RESTS, replace(RESTS, client_order_id="x"))),
        {(Kind.INVENTED_ORDER, "x")},
    ),
    "another status": (order(status="CANCELED"), {(Kind.WRONG_STATUS, "order")}),
    "another id of the venue's": (order(venue_order_id="9"), {(Kind.WRONG_STATUS, "order")}),
    "another filled quantity": (order(filled=LOT / 2), {(Kind.WRONG_QUANTITY, "order")}),
    "another whole quantity": (order(quantity=2 * LOT), {(Kind.WRONG_QUANTITY, "order")}),
    "another average price": (order(average_price=PRICE + 1), {(Kind.WRONG_PRICE, "order")}),
    "another owner": (order(strategy_id="EXTERNAL"), {(Kind.WRONG_OWNER, "order")}),
    "another claim": (
        replace(BOOKS, orders=(BOOKED, replace(RESTS, strategy_id="EXTERNAL"))),
        {(Kind.WRONG_OWNER, "resting")},
    ),
    "a position that is missing": (replace(BOOKS, positions=()), {(Kind.PHANTOM_POSITION, BTC)}),
    "a position the other way round": (position(net=-LOT), {(Kind.PHANTOM_POSITION, BTC)}),
    "another position beside it": (
        replace(BOOKS, positions=(POSITION, replace(POSITION, instrument_id="ETHUSDT-PERP.BINANCE"))),
        {(Kind.PHANTOM_POSITION, "ETHUSDT-PERP.BINANCE")},
    ),
    "another profit": (position(realized_pnl=Decimal(0)), {(Kind.WRONG_PROFIT, BTC)}),
}


@pytest.mark.parametrize("case", CASES)
def test_what_differs_is_named(case: str) -> None:
    books, wrong = CASES[case]
    assert named(LEDGER, books) == wrong


def test_an_empty_ledger_is_no_reason_to_be_content() -> None:
    assert named(NOTHING, BOOKS) == {
        (Kind.INVENTED_ORDER, "order"),
        (Kind.INVENTED_ORDER, "resting"),
        (Kind.INVENTED_FILL, TOLD),
        (Kind.PHANTOM_POSITION, BTC),
    }


@pytest.mark.parametrize(
    ("histories", "key"),
    [
        ({}, "order"),
        ({"orders:order": ("OrderInitialized",)}, "order"),
        ({f"positions:{POSITION.position_id}": ()}, POSITION.position_id),
    ],
)
def test_another_history_in_the_database_is_named(histories: dict[str, tuple[str, ...]], key: str) -> None:
    right = {
        "orders:order": BOOKED.events,
        "orders:resting": RESTS.events,
        f"positions:{POSITION.position_id}": ("OrderFilled 1",),
    }
    assert tuple(stored(BOOKS, right)) == ()
    kept = {name: told for name, told in right.items() if name.partition(":")[2] != key} | histories
    assert [(anomaly.kind, anomaly.key) for anomaly in stored(BOOKS, kept)] == [(Kind.WRONG_DATABASE, key)]


def test_what_lived_before_the_node_or_was_to_be_forgotten_need_not_be_known() -> None:
    books = Books((RESTS,), (POSITION,))
    for expected in (replace(EXPECTED, since_ms=11), replace(EXPECTED, forgotten_ms=21)):
        assert named(LEDGER, books, expected) == set()
        assert named(LEDGER, Books((), (POSITION,)), expected) == {(Kind.MISSING_ORDER, "resting")}


def test_how_much_an_order_might_have_traded_that_ended_untraded_is_nobodys() -> None:
    ended = replace(LEDGER, orders=(ORDER, replace(RESTING, status="CANCELED", quantity=3 * LOT)))
    books = Books((BOOKED, replace(RESTS, status="CANCELED")), (POSITION,))
    assert named(ended, books) == set()
    assert named(replace(LEDGER, orders=(ORDER, replace(RESTING, quantity=3 * LOT))), BOOKS) == {
        (Kind.WRONG_QUANTITY, "resting")
    }


def test_every_kind_that_can_be_named_has_its_case() -> None:
    source = inspect.getsource(inspect.getmodule(anomalies) or anomalies)
    made = {kind for kind in Kind if f"Anomaly(Kind.{kind.name}," in source}
    shown = {kind for _, wrong in CASES.values() for kind, _ in wrong} | {Kind.WRONG_DATABASE}
    assert shown == made


def test_an_anomaly_is_told_in_a_line() -> None:
    assert str(Anomaly(Kind.WRONG_OWNER, "order", "of another")) == "wrong owner: order: of another"
