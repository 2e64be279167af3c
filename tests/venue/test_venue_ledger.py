from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from venue_client import Clock, order, state

from reconciliation.venue.errors import ExchangeError, RequestRefused
from reconciliation.venue.journal import entry_of, line_of
from reconciliation.venue.ledger import CLIENT_ID_MEMORY_MS, FIRST_TRADE_ID, OPENING_BALANCE, Ledger
from reconciliation.venue.records import Entry, Event


def executions(events: list[Event]) -> list[str]:
    return [event.execution for event in events]


@pytest.mark.parametrize(
    ("side", "price", "fills"),
    [
        ("BUY", None, True),
        ("SELL", None, True),
        ("BUY", "100000.00", True),
        ("BUY", "100000.10", True),
        ("BUY", "99999.90", False),
        ("SELL", "100000.00", True),
        ("SELL", "99999.90", True),
        ("SELL", "100000.10", False),
    ],
)
def test_only_market_and_crossing_limit_orders_fill_at_once(side: str, price: str | None, *, fills: bool) -> None:
    events = Ledger(Clock()).place(order(side, price=price))
    assert executions(events) == (["NEW", "TRADE"] if fills else ["NEW"])
    if fills:
        assert events[1].fill is not None
        assert events[1].fill.price == Decimal(100_000)
        assert not events[1].fill.maker


def test_post_only_that_would_take_is_refused_without_trace() -> None:
    ledger = Ledger(Clock())
    with pytest.raises(ExchangeError) as refusal:
        ledger.place(order(price="100000.00", time_in_force="GTX"))
    assert refusal.value.code == -5022
    assert not ledger.orders
    assert executions(ledger.place(order(price="99999.90", time_in_force="GTX"))) == ["NEW"]


@pytest.mark.parametrize("time_in_force", ["IOC", "FOK"])
def test_immediate_orders_that_do_not_cross_expire(time_in_force: str) -> None:
    events = Ledger(Clock()).place(order(price="99999.90", time_in_force=time_in_force))
    assert executions(events) == ["NEW", "EXPIRED"]
    assert events[-1].order.status == "EXPIRED"


def test_a_position_through_zero_reopens_at_the_trades_price() -> None:
    ledger = Ledger(Clock())
    first = ledger.place(order("BUY", "0.300", "90000.00", client_order_id="a"))[0].order
    ledger.fill(first)
    second = ledger.place(order("SELL", "0.500", "110000.00", client_order_id="b"))[0].order
    ledger.fill(second)
    position = ledger.positions["BTCUSDT"]
    assert position.quantity == Decimal("-0.200")
    assert position.entry_price == Decimal(110_000)
    assert position.realized_pnl == Decimal(6_000)
    ledger.place(order("BUY", "0.200", client_order_id="c"))
    position = ledger.positions["BTCUSDT"]
    assert [position.quantity, position.entry_price, position.realized_pnl] == [0, 0, 8_000]


def test_maker_and_taker_pay_their_rates_out_of_the_wallet() -> None:
    ledger = Ledger(Clock())
    ledger.place(order("BUY", "0.100", client_order_id="taker"))
    resting = ledger.place(order("BUY", "0.100", "90000.00", client_order_id="maker"))[0].order
    ledger.fill(resting)
    assert [fill.commission for fill in ledger.fills["BTCUSDT"]] == [Decimal(5), Decimal("1.8")]
    assert ledger.commissions == Decimal("6.8")
    assert ledger.wallet == OPENING_BALANCE - Decimal("6.8")


def test_trade_ids_count_per_symbol_and_order_ids_for_all() -> None:
    ledger = Ledger(Clock())
    ledger.place(order(client_order_id="a"))
    ledger.place(order(client_order_id="b", symbol="ETHUSDT", quantity="0.100"))
    ledger.place(order(client_order_id="c"))
    assert [fill.trade_id for fill in ledger.fills["BTCUSDT"]] == [FIRST_TRADE_ID, FIRST_TRADE_ID + 1]
    assert [fill.trade_id for fill in ledger.fills["ETHUSDT"]] == [FIRST_TRADE_ID]
    assert list(ledger.orders) == sorted(ledger.orders)
    assert len(ledger.orders) == 3


def test_partial_fills_add_up_and_overfilling_is_refused() -> None:
    ledger = Ledger(Clock())
    resting = ledger.place(order(quantity="0.010", price="90000.00"))[0].order
    partly = ledger.fill(resting, Decimal("0.004"), Decimal("89999.90"))[0].order
    assert partly.status == "PARTIALLY_FILLED"
    with pytest.raises(RequestRefused, match=r"more than the 0\.006 that remain"):
        ledger.fill(partly, Decimal("0.007"))
    filled = ledger.fill(partly)[0].order
    assert filled.status == "FILLED"
    assert filled.average_price == Decimal("89999.96")
    with pytest.raises(RequestRefused, match="is FILLED, not open"):
        ledger.fill(filled)


def test_reduce_only_is_cut_to_the_position_or_refused() -> None:
    ledger = Ledger(Clock())
    with pytest.raises(ExchangeError) as refusal:
        ledger.place(order("SELL", reduce_only=True))
    assert refusal.value.code == -2022
    ledger.place(order("BUY", "0.300", client_order_id="long"))
    resting = ledger.place(order("SELL", "0.300", "110000.00", client_order_id="r", reduce_only=True))[0].order
    taken = ledger.place(order("SELL", "0.500", client_order_id="t", reduce_only=True))
    assert taken[0].order.quantity == Decimal("0.300")
    assert not ledger.positions["BTCUSDT"].quantity
    with pytest.raises(RequestRefused, match="reduce-only"):
        ledger.fill(resting)


def test_a_client_order_id_is_free_again_after_a_week_unless_still_open() -> None:
    clock = Clock()
    ledger = Ledger(clock)
    ledger.place(order(client_order_id="done"))
    ledger.place(order(client_order_id="open", price="90000.00"))
    for name in ("done", "open"):
        with pytest.raises(ExchangeError) as refusal:
            ledger.place(order(client_order_id=name))
        assert refusal.value.code == -4116
    clock.now_ms += CLIENT_ID_MEMORY_MS
    ledger.place(order(client_order_id="done"))
    with pytest.raises(ExchangeError):
        ledger.place(order(client_order_id="open"))


def test_an_amendment_through_the_market_fills_and_one_below_the_filled_cancels() -> None:
    ledger = Ledger(Clock())
    resting = ledger.place(order(quantity="0.010", price="90000.00", client_order_id="a"))[0].order
    amended = ledger.amend(resting, Decimal("0.020"), Decimal("91000.00"))
    assert executions(amended) == ["AMENDMENT"]
    with pytest.raises(ExchangeError) as refusal:
        ledger.amend(amended[0].order, Decimal("0.020"), Decimal("91000.00"))
    assert refusal.value.code == -5027
    assert executions(ledger.amend(amended[0].order, Decimal("0.020"), Decimal(100_000))) == [
        "AMENDMENT",
        "TRADE",
    ]
    other = ledger.place(order(quantity="0.010", price="90000.00", client_order_id="b"))[0].order
    partly = ledger.fill(other, Decimal("0.005"))[0].order
    assert executions(ledger.amend(partly, Decimal("0.005"), Decimal(91_000))) == ["CANCELED"]


@pytest.mark.parametrize(
    ("quantity", "price", "code"),
    [
        ("0", "90000.00", -4003),
        ("0.0001", "90000.00", -1111),
        ("1001", "90000.00", -4005),
        ("0.010", "90000.001", -1111),
        ("0.010", "90000.05", -4014),
        ("0.010", "0", -4001),
        ("0.010", "1e30", -4002),
        ("0.001", "100.00", -4164),
    ],
)
def test_what_is_off_the_grid_is_refused(quantity: str, price: str, code: int) -> None:
    ledger = Ledger(Clock())
    with pytest.raises(ExchangeError) as refusal:
        ledger.place(order(quantity=quantity, price=price))
    assert refusal.value.code == code
    assert not ledger.orders


def test_an_entry_that_cannot_be_recorded_changes_nothing() -> None:
    def full(_: Entry) -> None:
        raise OSError("disk full")

    ledger = Ledger(Clock(), full)
    before = state(ledger)
    with pytest.raises(OSError, match="disk full"):
        ledger.place(order())
    assert state(ledger) == before


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["place", "fill", "cancel", "amend"]),
        st.sampled_from(["BTCUSDT", "ETHUSDT"]),
        st.sampled_from(["BUY", "SELL"]),
        st.integers(1, 40),
        st.sampled_from([None, "0.90", "1.00", "1.10"]),
        st.sampled_from(["GTC", "IOC", "GTX"]),
        st.booleans(),
    ),
    max_size=40,
)


def operate(ledger: Ledger, index: int, operation: tuple[str, str, str, int, str | None, str, bool]) -> None:
    """Carry out one operation; a refusal is one of its outcomes."""
    what, symbol, side, lots, ratio, time_in_force, reduce_only = operation
    last_price = {"BTCUSDT": Decimal("100000.00"), "ETHUSDT": Decimal("4000.00")}[symbol]
    quantity = Decimal(lots) * Decimal("0.005")
    price = None if ratio is None else last_price * Decimal(ratio)
    resting = ledger.open_orders()
    if what == "place":
        ledger.place(
            order(
                side,
                str(quantity),
                None if price is None else str(price),
                client_order_id=f"{index}",
                symbol=symbol,
                time_in_force=time_in_force,
                reduce_only=reduce_only,
            )
        )
    elif not resting:
        return
    elif what == "fill":
        ledger.fill(resting[0], min(quantity, resting[0].remaining))
    elif what == "cancel":
        ledger.cancel(resting[-1])
    else:
        ledger.amend(resting[0], quantity, last_price if price is None else price)


@given(OPERATIONS)
def test_positions_are_the_sum_of_fills_and_the_journal_replays_the_ledger(
    operations: list[tuple[str, str, str, int, str | None, str, bool]],
) -> None:
    lines: list[str] = []
    ledger = Ledger(Clock(), lambda entry: lines.append(line_of(entry)))
    for index, operation in enumerate(operations):
        try:
            operate(ledger, index, operation)
        except RequestRefused:
            continue
    for symbol, fills in ledger.fills.items():
        assert ledger.positions[symbol].quantity == sum(fill.side.sign * fill.quantity for fill in fills)
    fills = [fill for of_symbol in ledger.fills.values() for fill in of_symbol]
    assert ledger.commissions == sum(fill.commission for fill in fills)
    assert ledger.wallet == OPENING_BALANCE + sum(fill.realized_pnl - fill.commission for fill in fills)
    for placed in ledger.orders.values():
        own = [fill for fill in fills if fill.order_id == placed.order_id]
        assert placed.filled == sum(fill.quantity for fill in own) <= placed.quantity
    replayed = Ledger(Clock())
    for line in lines:
        replayed.apply(entry_of(line))
    assert state(replayed) == state(ledger)
