"""What venue and node hold, compared as far as the settings promise that they agree."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation import ReconciliationConfig
from reconciliation.engine.holdings import Difference, Filters, Holdings, amount_text, differences, left_out

BTC, ETH, SOL = "BTCUSDT-PERP.BINANCE", "ETHUSDT-PERP.BINANCE", "SOLUSDT-PERP.OTHER"
INSTRUMENTS = (BTC, ETH, SOL)
ALL = Filters(ReconciliationConfig())

names = st.text("ab", min_size=1, max_size=2)
amounts = st.decimals("-2", "2", places=1).filter(bool)
holdings = st.builds(
    Holdings,
    open_orders=st.dictionaries(names, st.sampled_from(INSTRUMENTS)),
    positions=st.dictionaries(st.sampled_from(INSTRUMENTS), amounts),
    unreadable=st.frozensets(names),
)


def only(**settings: object) -> Filters:
    return Filters(ReconciliationConfig.model_validate(settings))


# -- Together


def test_two_accounts_hold_together_what_each_holds() -> None:
    first = Holdings({"a": BTC}, {BTC: Decimal("0.5"), ETH: Decimal(2)}, frozenset({"x"}))
    second = Holdings({"b": ETH}, {BTC: Decimal("0.25"), ETH: Decimal(-2)}, frozenset({"y"}))
    assert first | second == Holdings({"a": BTC, "b": ETH}, {BTC: Decimal("0.75")}, frozenset({"x", "y"}))


@given(holdings, holdings)
def test_it_is_no_matter_which_account_comes_first(first: Holdings, second: Holdings) -> None:
    assert first | Holdings() == Holdings() | first == first
    assert (first | second).positions == (second | first).positions
    assert (first | second).unreadable == (second | first).unreadable


# -- Differences


@given(holdings, st.frozensets(names))
def test_what_is_the_same_does_not_differ(held: Holdings, unreadable: frozenset[str]) -> None:
    venue = Holdings(held.open_orders, held.positions, unreadable)
    assert differences(venue, held, ALL) == ()


@given(holdings, holdings)
def test_every_difference_is_found_once_and_from_either_side(venue: Holdings, node: Holdings) -> None:
    found = differences(venue, node, ALL)
    orders = {item.key for item in found if item.kind == "open_order"}
    positions = {item.key for item in found if item.kind == "position"}
    assert orders == (venue.open_orders.keys() ^ node.open_orders.keys()) - venue.unreadable
    assert positions == {key for key in INSTRUMENTS if venue.positions.get(key) != node.positions.get(key)}
    assert len(found) == len(orders) + len(positions)
    swapped = differences(Holdings(node.open_orders, node.positions, venue.unreadable), venue, ALL)
    assert [(item.key, item.node, item.venue) for item in swapped] == [
        (item.key, item.venue, item.node) for item in found
    ]


def test_a_difference_reads_as_a_sentence() -> None:
    venue = Holdings({"O-1": BTC}, {BTC: Decimal("0.500")})
    node = Holdings({"O-2": ETH}, {BTC: Decimal("0.510"), ETH: Decimal("1E+1")})
    assert [str(item) for item in differences(venue, node, ALL)] == [
        f"open order O-1: {BTC} at the venue, nothing on the node",
        f"open order O-2: nothing at the venue, {ETH} on the node",
        f"position {BTC}: 0.500 at the venue, 0.510 on the node",
        f"position {ETH}: 0 at the venue, 10 on the node",
    ]


def test_what_the_adapter_cannot_read_may_be_known_to_the_node_or_not() -> None:
    venue = Holdings(unreadable=frozenset({"stop"}))
    assert differences(venue, Holdings(), ALL) == ()
    assert differences(venue, Holdings({"stop": BTC}), ALL) == ()
    assert [item.key for item in differences(venue, Holdings({"other": BTC}), ALL)] == ["other"]


# -- The offset


@given(amounts, amounts, st.decimals("-2", "2", places=1))
def test_the_offset_of_a_position_stays_while_both_sides_trade(there: Decimal, here: Decimal, traded: Decimal) -> None:
    first = Difference("position", BTC, amount_text(there), amount_text(here))
    later = Difference("position", BTC, amount_text(there + traded), amount_text(here + traded))
    assert first.offset == later.offset
    assert (first.offset == Difference("position", BTC, amount_text(there), "9").offset) is (here == 9)


def test_the_offset_of_an_order_is_which_and_where() -> None:
    at_venue, on_node = Difference("open_order", "O-1", BTC, None), Difference("open_order", "O-1", None, BTC)
    assert at_venue.offset == ("open_order", "O-1", "venue")
    assert on_node.offset == ("open_order", "O-1", "node")
    assert at_venue.instrument_id == on_node.instrument_id == BTC
    assert Difference("position", ETH, "1", "0").instrument_id == ETH


# -- What is left out

VENUE = Holdings({"O-1": BTC, "O-2": ETH}, {BTC: Decimal("0.500"), ETH: Decimal(-2)})
ORDER_1, ORDER_2 = f"open order O-1 in {BTC}", f"open order O-2 in {ETH}"
POSITION_1, POSITION_2 = f"position {BTC} 0.500", f"position {ETH} -2"


@pytest.mark.parametrize(
    ("filters", "named"),
    [
        (ALL, ()),
        (only(instrument_ids=[BTC]), (ORDER_2, POSITION_2)),
        (only(instrument_ids=[BTC, ETH]), ()),
        (only(filtered_client_order_ids=["O-1"]), (ORDER_1,)),
        (only(filter_position_reports=True), (POSITION_1, POSITION_2)),
        (only(filter_unclaimed_external_orders=True), (ORDER_1, ORDER_2)),
        (Filters(only(filter_unclaimed_external_orders=True).reconciliation, owned={"O-1"}), (ORDER_2,)),
        (Filters(only(filter_unclaimed_external_orders=True).reconciliation, owned={ETH}), (ORDER_1,)),
    ],
)
def test_what_filters_leave_out_is_named_and_not_compared(filters: Filters, named: tuple[str, ...]) -> None:
    assert left_out(VENUE, filters) == named
    for venue, node in ((VENUE, Holdings()), (Holdings(), VENUE)):
        compared = {
            f"open order {item.key} in {item.instrument_id}"
            if item.kind == "open_order"
            else f"position {item.key} {amount_text(VENUE.positions[item.key])}"
            for item in differences(venue, node, filters)
        }
        assert compared == {ORDER_1, ORDER_2, POSITION_1, POSITION_2} - set(named)
