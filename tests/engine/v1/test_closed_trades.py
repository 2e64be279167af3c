"""What a node notes of closed positions is what the engine's own portfolio would tell of them, and costs it nothing."""

import gc
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nautilus_trader.analysis import PortfolioAnalyzer, WinRate
from nautilus_trader.model.currencies import BTC, USDT
from nautilus_trader.model.identifiers import PositionId
from nautilus_trader.model.objects import Currency, Money

from reconciliation.engine.v1.closed_trades import ClosedTrades

Close = tuple[PositionId, Money, int | None]

closes = st.lists(
    st.tuples(
        st.sampled_from(["BTCUSDT-PERP.BINANCE-BOTH", "P-1", "P-2"]).map(PositionId),
        st.tuples(st.integers(-1_000, 1_000), st.sampled_from([USDT, BTC])).map(lambda told: Money(*told)),
        st.one_of(st.none(), st.integers(0, 2**62)),
    ),
    max_size=8,
)


def analyzers() -> Iterator[PortfolioAnalyzer]:
    for is_ours in (False, True):
        analyzer = PortfolioAnalyzer()
        analyzer.register_statistic(WinRate())
        if is_ours:
            ClosedTrades(analyzer)
        yield analyzer


def told(analyzer: PortfolioAnalyzer, currency: Currency | None) -> object:
    found = analyzer.realized_pnls(currency)
    return None if found is None else (found.index.to_list(), found.to_list(), str(found.dtype), found.index.dtype)


def assert_same(stock: PortfolioAnalyzer, ours: PortfolioAnalyzer) -> None:
    for currency in (None, USDT, BTC):
        assert told(ours, currency) == told(stock, currency)
    for currency in (USDT, BTC):
        stats = [str(analyzer.get_performance_stats_pnls(currency)) for analyzer in (stock, ours)]
        assert stats[0] == stats[1]


@pytest.mark.property
@given(first=closes, after=closes, added=closes)
def test_what_is_read_is_the_same(first: list[Close], after: list[Close], added: list[Close]) -> None:
    """Also what is read in between, and beside trades that an analysis adds of positions that were noted or not."""
    stock, ours = analyzers()
    for some in (first, after):
        for close in some:
            stock.record_trade(*close)
            ours.record_trade(*close)
        assert_same(stock, ours)
    for close in (*added, *after):
        stock.add_trade(*close)
        ours.add_trade(*close)
    assert_same(stock, ours)
    for analyzer in (stock, ours):
        analyzer.reset()
        assert analyzer.realized_pnls(USDT) is None


def test_a_close_leaves_a_few_numbers() -> None:
    """Not a piece of two series each: the engine's own leaves dozens of objects."""
    analyzer = PortfolioAnalyzer()
    ClosedTrades(analyzer)
    position_id, pnl = PositionId("BTCUSDT-PERP.BINANCE-BOTH"), Money(1, USDT)
    analyzer.record_trade(position_id, pnl, 1)
    gc.collect()
    before = sys.getallocatedblocks()
    for number in range(1_000):
        analyzer.record_trade(position_id, pnl, number)
    gc.collect()
    assert sys.getallocatedblocks() - before < 100
