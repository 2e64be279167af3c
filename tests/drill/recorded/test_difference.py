"""What both sides hold, thing by thing: what is wrong stands first, and what is alike is counted."""

from decimal import Decimal

from msgspec.structs import replace

from reconciliation.drill.recorded.difference import MOST_OTHERS, difference
from reconciliation.embedded.venue_answers import VenueFill, VenueLedger, VenueOrder
from reconciliation.engine.books import BookedFill, BookedOrder, BookedPosition, Books

BTC = "BTCUSDT-PERP.BINANCE"
LOT = Decimal("0.010")
PRICE = Decimal("50000.00")


def order(name: str, number: int, status: str = "FILLED") -> VenueOrder:
    return VenueOrder(
        order_id=number,
        client_order_id=name,
        symbol="BTCUSDT",
        side="BUY",
        type="LIMIT",
        status=status,
        price=PRICE,
        quantity=LOT,
        filled=LOT,
        time_ms=1,
        update_ms=1,
    )


def fill(name: str, number: int) -> VenueFill:
    return VenueFill(
        trade_id=str(number),
        order_id=number,
        client_order_id=name,
        symbol="BTCUSDT",
        side="BUY",
        quantity=LOT,
        price=PRICE,
        commission=Decimal("0.2"),
        maker=True,
        time_ms=1,
        realized_pnl=Decimal(0),
    )


def booked(name: str, number: int, status: str = "FILLED", trades: tuple[int, ...] | None = None) -> BookedOrder:
    made = (number,) if trades is None else trades
    return BookedOrder(
        client_order_id=name,
        venue_order_id=str(number),
        instrument_id=BTC,
        side="BUY",
        status=status,
        quantity=Decimal("0.01"),
        filled=Decimal("0.01"),
        average_price=PRICE,
        strategy_id="DRILL-D01",
        fills=tuple(
            BookedFill(trade_id=str(each), quantity=LOT, price=Decimal(50_000), commission=Decimal("0.20"))
            for each in made
        ),
        events=(),
    )


def position(net: str) -> BookedPosition:
    return BookedPosition(
        position_id="P-1",
        instrument_id=BTC,
        strategy_id="DRILL-D01",
        net=Decimal(net),
        average_open=PRICE,
        realized_pnl=Decimal(0),
        trade_ids=(),
    )


def ledger(*names: str, net: str = "0.010", status: str = "FILLED") -> VenueLedger:
    return VenueLedger(
        orders=tuple(order(name, number, status) for number, name in enumerate(names, start=1)),
        fills=tuple(fill(name, number) for number, name in enumerate(names, start=1)),
        positions={"BTCUSDT": Decimal(net)} if Decimal(net) else {},
        commissions={},
        balances={},
    )


def books(*orders: BookedOrder, net: str = "0.01") -> Books:
    return Books(orders=orders, positions=(position(net),))


def test_what_is_alike_is_alike_however_many_zeros_it_is_written_with() -> None:
    found = difference(ledger("one"), books(booked("one", 1)), ())
    assert (found.wrong, found.alike, found.free, found.left_out) == (0, 3, 0, 0)
    assert [(row.what, row.key, row.venue, row.node, row.differs) for row in found.rows] == [
        ("position", BTC, "0.01", "0.01", ""),
        ("order", "one", "FILLED BUY 0.01 of 0.01 BTCUSDT", "FILLED BUY 0.01 of 0.01, DRILL-D01", ""),
        ("trade", f"{BTC}:1", "0.01 at 50000 of one", "0.01 at 50000 of one", ""),
    ]


def test_each_difference_is_named_and_what_is_wrong_stands_first() -> None:
    held = books(booked("one", 1, "ACCEPTED", trades=()), booked("two", 2, trades=(2, 9)), net="0")
    found = difference(ledger("one", "two", "old", net="0.02"), held, {"one", f"{BTC}:1", BTC, f"{BTC}:9"})
    assert [(row.what, row.key, row.differs, row.is_wrong) for row in found.rows] == [
        ("position", BTC, "net", True),
        ("order", "one", "status", True),
        ("trade", f"{BTC}:1", "missing on the node", True),
        ("trade", f"{BTC}:9", "only on the node", True),
        ("order", "two", "", False),
        ("trade", f"{BTC}:2", "", False),
        ("order", "old", "missing on the node", False),
        ("trade", f"{BTC}:3", "missing on the node", False),
    ]
    assert (found.wrong, found.alike, found.free) == (4, 2, 2)


def test_the_venue_s_new_is_the_node_s_accepted() -> None:
    found = difference(ledger("one", status="NEW"), books(booked("one", 1, "ACCEPTED")), ())
    assert found.alike == 3


def test_a_trade_that_two_orders_hold_is_held_twice() -> None:
    held = books(booked("one", 1), booked("two", 2, trades=(2, 1)))
    (row,) = (row for row in difference(ledger("one", "two"), held, {f"{BTC}:1"}).rows if row.is_wrong)
    assert (row.differs, row.node) == ("held twice", "0.01 at 50000 of one; 0.01 at 50000 of two")


def test_a_trade_with_another_price_says_so() -> None:
    odd = booked("one", 1)
    odd = replace(odd, fills=(replace(odd.fills[0], price=Decimal(1), commission=Decimal(0)),))
    assert difference(ledger("one"), books(odd), {f"{BTC}:1"}).rows[0].differs == "price, commission"


def test_of_a_long_history_only_some_of_what_is_alike_is_shown() -> None:
    names = [f"o-{number}" for number in range(1, 101)]
    found = difference(ledger(*names), books(*(booked(name, number) for number, name in enumerate(names, 1))), ())
    assert len(found.rows) == MOST_OTHERS
    assert (found.alike, found.left_out) == (201, 201 - MOST_OTHERS)
