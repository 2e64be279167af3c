from decimal import Decimal
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st
from venue_client import NOW_MS, Clock

from reconciliation.venue.binance.history import WINDOW_MS
from reconciliation.venue.errors import RequestRefused
from reconciliation.venue.ledger import Ledger
from reconciliation.venue.seeding import plan, seed
from reconciliation.venue.symbols import SYMBOLS

BTC = SYMBOLS["BTCUSDT"]


@pytest.mark.parametrize(
    ("fills", "net"),
    [
        (0, "0"),
        (1, "0.5"),
        (2, "0"),
        (2, "-0.5"),
        (3, "0"),
        (3, "0.5"),
        (20, "0.5"),
        (21, "-0.001"),
        (1500, "2"),
    ],
)
def test_history_ends_with_the_wanted_net(fills: int, net: str) -> None:
    ledger = Ledger(Clock())
    seeded = seed(ledger, "BTCUSDT", fills=fills, open_orders=3, net=Decimal(net))
    assert seeded.net == ledger.positions["BTCUSDT"].quantity == Decimal(net)
    made = ledger.fills["BTCUSDT"]
    assert len(made) == fills
    assert len({fill.order_id for fill in made}) == fills
    assert [fill.time_ms for fill in made] == sorted(fill.time_ms for fill in made)
    assert all(NOW_MS - WINDOW_MS < fill.time_ms <= NOW_MS - 60_000 for fill in made)
    assert len(ledger.open_orders()) == 3


def test_twenty_fills_are_nine_round_trips_and_two_that_open() -> None:
    trades = plan(BTC, 20, Decimal(0), Decimal("0.5"))
    running = list(accumulate(trades))
    assert [running[index] for index in range(1, 18, 2)] == [0] * 9
    assert trades[18:] == [Decimal("0.300"), Decimal("0.200")]


def test_resting_orders_lie_away_from_the_market() -> None:
    ledger = Ledger(Clock())
    seed(ledger, "XRPUSDT", fills=0, open_orders=50, net=Decimal(0))
    last_price = SYMBOLS["XRPUSDT"].last_price
    for resting in ledger.open_orders("XRPUSDT"):
        assert (last_price - resting.price) * resting.side.sign >= last_price * Decimal("0.05")
        SYMBOLS["XRPUSDT"].check_price(resting.price)


@pytest.mark.parametrize(("fills", "net"), [(1, "0"), (0, "0.5"), (2, "0.001")])
def test_what_cannot_be_is_said(fills: int, net: str) -> None:
    ledger = Ledger(Clock())
    with pytest.raises(RequestRefused, match=f"{fills} fills cannot lead"):
        seed(ledger, "BTCUSDT", fills=fills, open_orders=3, net=Decimal(net))
    assert not ledger.orders


def test_seeding_again_keeps_ids_and_times_in_step() -> None:
    clock = Clock()
    ledger = Ledger(clock)
    seed(ledger, "BTCUSDT", fills=20, open_orders=1, net=Decimal("0.5"))
    clock.now_ms += 1_000
    seed(ledger, "BTCUSDT", fills=7, open_orders=1, net=Decimal("-0.3"))
    assert ledger.positions["BTCUSDT"].quantity == Decimal("-0.3")
    times = [order.time_ms for order in ledger.orders.values()]
    assert times == sorted(times)


@given(st.integers(0, 60), st.integers(-50, 50), st.integers(-50, 50))
def test_a_plan_is_right_or_refused(fills: int, held: int, net: int) -> None:
    start, end = held * BTC.step, net * BTC.step
    try:
        trades = plan(BTC, fills, start, end)
    except RequestRefused:
        assert fills <= 3
        return
    assert len(trades) == fills
    assert start + sum(trades) == end
    assert all(trades)
