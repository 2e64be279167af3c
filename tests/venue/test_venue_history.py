from decimal import Decimal

import pytest
from venue_client import NOW_MS, Clock

from reconciliation.venue.binance.history import WINDOW_MS, Page, orders_page, trades_page
from reconciliation.venue.errors import ExchangeError
from reconciliation.venue.ledger import FIRST_TRADE_ID, Ledger
from reconciliation.venue.seeding import seed

DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    ledger = Ledger(Clock())
    seed(ledger, "BTCUSDT", fills=1_500, open_orders=0, net=Decimal(0))
    return ledger


@pytest.mark.parametrize(("limit", "count"), [(None, 500), (1_000, 1_000), (7, 7)])
def test_without_a_start_the_newest_come_in_order(ledger: Ledger, limit: int | None, count: int) -> None:
    page = Page() if limit is None else Page(limit=limit)
    trades = trades_page(ledger, "BTCUSDT", page)
    assert trades == ledger.fills["BTCUSDT"][-count:]
    orders = orders_page(ledger, "BTCUSDT", page)
    assert orders == list(ledger.orders.values())[-count:]


def test_from_a_start_they_come_ascending(ledger: Ledger) -> None:
    start = ledger.fills["BTCUSDT"][100].time_ms
    page = Page(start_ms=start, limit=10)
    assert trades_page(ledger, "BTCUSDT", page) == ledger.fills["BTCUSDT"][100:110]
    assert orders_page(ledger, "BTCUSDT", page) == list(ledger.orders.values())[100:110]


def test_from_an_id_on(ledger: Ledger) -> None:
    trades = trades_page(ledger, "BTCUSDT", Page(from_id=FIRST_TRADE_ID + 3, limit=2))
    assert [trade.trade_id for trade in trades] == [FIRST_TRADE_ID + 3, FIRST_TRADE_ID + 4]
    first = next(iter(ledger.orders))
    orders = orders_page(ledger, "BTCUSDT", Page(from_id=first + 3, limit=2))
    assert [order.order_id for order in orders] == [first + 3, first + 4]


def test_trades_of_one_order(ledger: Ledger) -> None:
    wanted = ledger.fills["BTCUSDT"][-5].order_id
    assert [fill.order_id for fill in trades_page(ledger, "BTCUSDT", Page(), wanted)] == [wanted]


def test_what_is_older_than_a_week_is_not_among_the_newest() -> None:
    clock = Clock()
    ledger = Ledger(clock)
    seed(ledger, "BTCUSDT", fills=2, open_orders=0, net=Decimal(0))
    clock.now_ms += 8 * DAY_MS
    assert trades_page(ledger, "BTCUSDT", Page()) == []
    assert orders_page(ledger, "BTCUSDT", Page()) == []
    assert len(trades_page(ledger, "BTCUSDT", Page(end_ms=NOW_MS))) == 2
    assert len(trades_page(ledger, "BTCUSDT", Page(start_ms=NOW_MS - DAY_MS))) == 2
    assert len(trades_page(ledger, "BTCUSDT", Page(from_id=1))) == 2


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (Page(limit=1_001), -1130),
        (Page(limit=0), -1130),
        (Page(start_ms=2, end_ms=1), -1023),
        (Page(start_ms=0, end_ms=WINDOW_MS + 1), -4165),
        (Page(from_id=1, start_ms=1), -1128),
    ],
)
def test_what_the_exchange_does_not_serve(ledger: Ledger, page: Page, code: int) -> None:
    with pytest.raises(ExchangeError) as refusal:
        trades_page(ledger, "BTCUSDT", page)
    assert refusal.value.code == code
