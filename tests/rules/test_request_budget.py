import pytest
from bare_settings import ODD, bare
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.config import ReconciliationConfig
from reconciliation.rules.budget import budget, checks
from reconciliation.rules.limits import LIMITS
from reconciliation.settings.guards import GUARDS

VENUES = st.sampled_from(sorted(LIMITS))
STOCK = tuple(guard for guard in GUARDS if guard != "symbols")

WANTED = {"BINANCE", "BINANCE_SPOT", "BYBIT", "OKX", "HYPERLIQUID", "KRAKEN", "DERIBIT", "BITMEX", "DYDX",
          "INTERACTIVE_BROKERS"}  # fmt: skip


def test_every_number_of_the_table_has_a_source() -> None:
    assert set(LIMITS) == WANTED
    for limit in LIMITS.values():
        assert limit.source
        assert (limit.per_minute or 0) > 0
    assert [name for name, limit in LIMITS.items() if limit.certain] == ["BINANCE"]


@pytest.mark.parametrize("venue", sorted(LIMITS))
def test_the_suggested_intervals_fit_the_limit(venue: str) -> None:
    limit = LIMITS[venue]
    r = bare(open_check_interval_secs=limit.open_secs, position_check_interval_secs=limit.position_secs)
    cost = budget(r, venue, symbols=1)
    assert cost.limit_per_min is not None
    assert cost.idle_weight_per_min < cost.limit_per_min


def test_an_idle_minute_adds_up() -> None:
    r = bare(inflight_check_interval_ms=None, open_check_interval_secs=6.0, position_check_interval_secs=30.0)
    cost = budget(r, "BINANCE", symbols=2)
    # Both checks are told apart by their periods: ten open checks a minute, two position checks.
    assert cost.idle_requests == {
        "GET /fapi/v3/positionRisk": 12.0,
        "GET /fapi/v1/openOrders": 10.0,
        "GET /fapi/v1/openAlgoOrders": 10.0,
        "GET /fapi/v1/allOrders": 20.0,
        "GET /fapi/v1/allAlgoOrders": 20.0,
    }
    assert cost.idle_weight_per_min == 12 * 5 + 10 * 40 + 10 * 40 + 20 * 5 + 20 * 5
    assert not cost.estimate


def test_the_worst_minute_adds_up() -> None:
    r = bare(position_check_interval_secs=30.0)
    idle, worst = (budget(r, "BINANCE", symbols=2, resting=resting).worst_requests for resting in (0, 24))
    # Ten checks, each with 24 / 6 orders whose turn it is to be asked for.
    assert worst["GET /fapi/v1/order"] - idle["GET /fapi/v1/order"] == 40.0
    # Two stuck orders, ten times.
    assert idle["GET /fapi/v1/order"] == idle["GET /fapi/v1/algoOrder"] == 20.0
    # Two position checks in which both symbols differ; ten open checks that find one order a symbol behind.
    assert idle["GET /fapi/v1/userTrades"] == 2 * 2 + 10 * 2
    assert idle["GET /fapi/v2/account"] == 2.0


def test_single_queries_stop_at_their_cap() -> None:
    costs = [budget(bare(), "BINANCE", symbols=1, resting=resting) for resting in (60, 60_000)]
    # Ten checks of ten queries; and one stuck order, asked for ten times.
    assert [cost.worst_requests["GET /fapi/v1/order"] for cost in costs] == [10.0 * 10 + 10, 10.0 * 10 + 10]
    assert budget(bare(), "BINANCE", symbols=1, resting=54).worst_requests["GET /fapi/v1/order"] == 10.0 * 9 + 10


def test_without_the_symbol_guard_each_symbol_is_asked_for_twice() -> None:
    guarded, stock = (checks(bare(), "BINANCE", symbols=3, guards=guards) for guards in (GUARDS, STOCK))
    by_symbol = {call.name: number for call, number in guarded.open_check.items() if "all" in call.name}
    assert {call.name: number for call, number in stock.open_check.items() if "all" in call.name} == {
        name: 2 * number for name, number in by_symbol.items()
    }


def test_a_lookback_of_months_is_read_week_by_week() -> None:
    weeks = bare(open_check_lookback_mins=4 * 7 * 1_440)
    short, long = (budget(r, "BINANCE", symbols=1).idle_requests for r in (bare(), weeks))
    assert long["GET /fapi/v1/allOrders"] == 5 * short["GET /fapi/v1/allOrders"]
    assert budget(weeks, "BINANCE", symbols=1, guards=()).idle_requests["GET /fapi/v1/allOrders"] == 20.0


def test_of_an_unknown_venue_requests_are_counted_and_no_limit_is_told() -> None:
    cost = budget(bare(), "NOWHERE", symbols=1)
    assert (cost.venue, cost.limit_per_min, cost.estimate) == ("NOWHERE", None, True)
    assert cost.idle_weight_per_min == cost.idle_requests_per_min == 22.0


@given(r=ODD, venue=VENUES, symbols=st.integers(1, 50), resting=st.integers(0, 500))
def test_the_worst_is_never_cheaper_than_idle_nor_more_symbols_than_fewer(
    r: ReconciliationConfig, venue: str, symbols: int, resting: int
) -> None:
    cost = budget(r, venue, symbols=symbols, resting=resting)
    more = budget(r, venue, symbols=symbols + 1, resting=resting + 1)
    assert 0 <= cost.idle_weight_per_min <= cost.worst_weight_per_min <= more.worst_weight_per_min
    assert cost.idle_weight_per_min <= more.idle_weight_per_min


@given(r=ODD, venue=VENUES, symbols=st.integers(1, 50))
def test_open_orders_alone_never_cost_more(r: ReconciliationConfig, venue: str, symbols: int) -> None:
    alone, all_of_them = (
        budget(r.model_copy(update={"open_check_open_only": only}), venue, symbols=symbols) for only in (True, False)
    )
    assert alone.idle_weight_per_min <= all_of_them.idle_weight_per_min
