"""What the gate lets through never opens nor increases, and never stops a reduction."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from reconciliation.engine.exposure import Standing, reducible

AMOUNTS = st.integers(-20, 20).map(Decimal)
QUANTITIES = st.integers(1, 25).map(Decimal)


@given(AMOUNTS, st.booleans(), QUANTITIES)
def test_an_order_passes_exactly_where_it_reduces(held: Decimal, is_buy: bool, quantity: Decimal) -> None:
    """One strategy alone: what it would hold afterwards is nearer to nothing, on the same side, or nothing."""
    after = held + (quantity if is_buy else -quantity)
    reduces = abs(after) < abs(held) and after * held >= 0
    assert (quantity <= reducible(is_buy, Standing(held, held))) is reduces


@given(AMOUNTS, st.lists(st.tuples(st.booleans(), QUANTITIES, st.integers(0, 25)), max_size=12))
def test_whatever_passes_and_however_it_trades_nothing_is_turned_or_grows(
    held: Decimal, orders: list[tuple[bool, Decimal, int]]
) -> None:
    """Each order that passes trades a part of itself at once, and the rest at the worst moment: at the end."""
    net, resting = held, {True: Decimal(0), False: Decimal(0)}
    for is_buy, quantity, traded in orders:
        if quantity > reducible(is_buy, Standing(net, net, resting[is_buy])):
            continue
        now = min(Decimal(traded), quantity)
        net += now if is_buy else -now
        resting[is_buy] += quantity - now
    for after in (net, net + resting[True], net - resting[False], net + resting[True] - resting[False]):
        assert abs(after) <= abs(held)
        assert after * held >= 0


@given(AMOUNTS, AMOUNTS, st.booleans(), QUANTITIES)
def test_a_strategy_closes_what_is_its_own_whatever_others_hold(
    own: Decimal,
    others: Decimal,
    is_buy: bool,
    quantity: Decimal,
) -> None:
    may = reducible(is_buy, Standing(own + others, own))
    closes_own = quantity <= (max(-own, Decimal(0)) if is_buy else max(own, Decimal(0)))
    closes_all = quantity <= (max(-own - others, Decimal(0)) if is_buy else max(own + others, Decimal(0)))
    assert (quantity <= may) is (closes_own or closes_all)
