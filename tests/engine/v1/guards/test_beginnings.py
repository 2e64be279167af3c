"""Where the first start takes up a position's history, against a look at every place there is."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.reports import FillReport, OrderStatusReport
from nautilus_trader.model.currencies import USDT
from nautilus_trader.model.enums import LiquiditySide, OrderSide, OrderStatus, OrderType, TimeInForce
from nautilus_trader.model.identifiers import AccountId, PositionId, TradeId, VenueOrderId
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.test_kit.providers import TestInstrumentProvider

from reconciliation.engine.v1.guards.beginnings import Beginning, beginning_of, opened
from reconciliation.engine.v1.guards.lives import signed

BTC: Final = TestInstrumentProvider.btcusdt_perp_binance()
ACCOUNT: Final = AccountId("BINANCE-001")
BOTH: Final = PositionId("BTCUSDT-PERP.BINANCE-BOTH")

trades = st.lists(
    st.tuples(st.integers(-4, 4).filter(bool), st.integers(1, 4), st.integers(90, 110)), min_size=1, max_size=12
)
"""Signed lots, the order's number, the price; an order has one side."""


def fill(number: int, lots: int, order: int, price: int = 100) -> FillReport:
    return FillReport(
        account_id=ACCOUNT,
        instrument_id=BTC.id,
        venue_order_id=VenueOrderId(str(order)),
        trade_id=TradeId(str(number)),
        order_side=OrderSide.BUY if lots > 0 else OrderSide.SELL,
        last_qty=Quantity(abs(lots), BTC.size_precision),
        last_px=Price(price, BTC.price_precision),
        commission=Money(0, USDT),
        liquidity_side=LiquiditySide.TAKER,
        report_id=UUID4(),
        ts_event=1_000 + number,
        ts_init=5_000,
        venue_position_id=BOTH,
    )


def order_of(number: int, filled: int, *, quantity: int | None = None, is_open: bool = False) -> OrderStatusReport:
    return OrderStatusReport(
        account_id=ACCOUNT,
        instrument_id=BTC.id,
        venue_order_id=VenueOrderId(str(number)),
        order_side=OrderSide.BUY if filled >= 0 else OrderSide.SELL,
        order_type=OrderType.LIMIT,
        time_in_force=TimeInForce.GTC,
        order_status=OrderStatus.PARTIALLY_FILLED if is_open else OrderStatus.FILLED,
        quantity=Quantity(quantity or max(abs(filled), 1), BTC.size_precision),
        filled_qty=Quantity(abs(filled), BTC.size_precision),
        report_id=UUID4(),
        ts_accepted=900,
        ts_last=2_000,
        ts_init=5_000,
    )


def told(drawn: Sequence[tuple[int, int, int]]) -> tuple[list[FillReport], list[OrderStatusReport]]:
    """Return trades as they are told, buys and sells of different orders, and the orders they make up."""
    fills = [fill(at, lots, order * (1 if lots > 0 else 10), px) for at, (lots, order, px) in enumerate(drawn)]
    sums: dict[str, int] = {}
    for each in fills:
        sums[each.venue_order_id.value] = sums.get(each.venue_order_id.value, 0) + int(signed(each))
    return fills, [order_of(int(name), lots) for name, lots in sums.items()]


def places(opening: int, fills: Sequence[FillReport]) -> list[int]:
    """Return each place at which nothing is held and that no order lies on both sides of."""
    found, running = [], Decimal(opening)
    for place in range(len(fills) + 1):
        before, after = ({each.venue_order_id for each in part} for part in (fills[:place], fills[place:]))
        if not running and not before & after:
            found.append(place)
        if place < len(fills):
            running += signed(fills[place])
    return found


@given(st.integers(-5, 5), trades)
def test_it_is_the_last_place_that_is_flat_and_else_the_first_with_what_was_held(
    opening: int, drawn: list[tuple[int, int, int]]
) -> None:
    fills, orders = told(drawn)
    held = opening + sum(map(signed, fills), Decimal(0))
    found = beginning_of(held, orders, fills)
    flat = places(opening, fills)
    assert found == Beginning(Decimal(0 if flat else opening), (flat[-1] or None) if flat else None)
    assert found.opening + sum(map(signed, fills[found.begins or 0 :]), Decimal(0)) == held


def test_trades_of_an_order_that_are_older_than_what_is_told_are_not_held_twice() -> None:
    """The order's own trades are asked for before anything is booked, however old they are."""
    fills = [fill(1, 2, order=7)]
    orders = [order_of(7, 5)]
    assert beginning_of(Decimal(5), orders, fills).opening == 0
    assert beginning_of(Decimal(9), orders, fills).opening == 4


def test_what_is_open_is_taken_up_with_all_it_has_traded() -> None:
    fills = [fill(1, 2, order=7), fill(2, -2, order=8), fill(3, 1, order=9)]
    done = [order_of(7, 2), order_of(8, -2), order_of(9, 1)]
    assert beginning_of(Decimal(1), done, fills).begins == 2
    rests = [order_of(7, 2, quantity=6, is_open=True), *done[1:]]
    assert beginning_of(Decimal(1), rests, fills).begins is None


def test_an_order_that_has_traded_before_anything_that_is_told_may_be_over() -> None:
    fills = [fill(1, 3, order=8)]
    orders = [order_of(7, 5), order_of(8, 3)]
    assert beginning_of(Decimal(3), orders, fills) == Beginning(Decimal(0), 0)
    assert beginning_of(Decimal(8), orders, fills) == Beginning(Decimal(0), None)
    assert beginning_of(Decimal(9), orders, fills) == Beginning(Decimal(1), None)


@given(st.integers(1, 5), st.integers(50, 150), trades)
def test_the_made_up_order_leaves_the_average_price_that_the_venue_tells(
    opening: int, price: int, drawn: list[tuple[int, int, int]]
) -> None:
    fills, _ = told(drawn)
    net, average = Decimal(opening), Decimal(price)
    for each in fills:
        quantity = signed(each)
        assume((net + quantity) * net > 0)
        if quantity > 0:
            average = (net * average + quantity * each.last_px.as_decimal()) / (net + quantity)
        net += quantity
    order, made_up = opened(Decimal(opening), average, fills, BTC)
    assert abs(made_up.last_px.as_decimal() - price) <= BTC.price_increment.as_decimal()
    assert (order.order_side, made_up.last_qty) == (OrderSide.BUY, BTC.make_qty(opening))
    assert order.venue_order_id == made_up.venue_order_id
    assert made_up.ts_event == fills[0].ts_event - 1
    assert made_up.venue_position_id == BOTH


@pytest.mark.parametrize("average", [None, Decimal(1)])
def test_without_a_price_that_can_be_it_is_that_of_the_first_trade(average: Decimal | None) -> None:
    fills = [fill(1, 40, order=7, price=90)]
    assert opened(Decimal(1), average, fills, BTC)[1].last_px == Price(90, BTC.price_precision)
    turned = [fill(1, -2, order=7, price=95), fill(2, -2, order=8, price=90)]
    assert opened(Decimal(1), Decimal(92), turned, BTC)[1].last_px == Price(95, BTC.price_precision)


def test_whoever_makes_it_up_again_makes_the_same_order() -> None:
    fills = [fill(1, -1, order=7)]
    names = {opened(Decimal(3), None, fills, BTC)[0].venue_order_id for _ in range(2)}
    assert len(names | {opened(Decimal(4), None, fills, BTC)[0].venue_order_id}) == 2
