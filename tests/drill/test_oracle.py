"""The oracle names every way in which a node can be wrong, and nothing else."""

from decimal import Decimal

import pytest

from reconciliation.drill.oracle import Belief, Discrepancy, Kind, current_lifecycle, discrepancies
from reconciliation.embedded.venue_answers import Side, VenueFill, VenueLedger, VenueOrder

BTC = "BTCUSDT-PERP.BINANCE"
ETH = "ETHUSDT-PERP.BINANCE"


def order(name: str, status: str = "NEW", symbol: str = "BTCUSDT") -> VenueOrder:
    return VenueOrder(
        order_id=1,
        client_order_id=name,
        symbol=symbol,
        side="BUY",
        type="LIMIT",
        status=status,
        price=Decimal(50_000),
        quantity=Decimal("0.010"),
        filled=Decimal(0),
        time_ms=1,
        update_ms=1,
    )


def fill(trade_id: str, side: Side, quantity: str, *, of: str = "somebody's", symbol: str = "BTCUSDT") -> VenueFill:
    return VenueFill(
        trade_id=trade_id,
        order_id=1,
        client_order_id=of,
        symbol=symbol,
        side=side,
        quantity=Decimal(quantity),
        price=Decimal(50_000),
        commission=Decimal(0),
        maker=True,
        time_ms=1,
        realized_pnl=Decimal(0),
    )


def ledger(*events: VenueOrder | VenueFill) -> VenueLedger:
    fills = tuple(event for event in events if isinstance(event, VenueFill))
    nets: dict[str, Decimal] = {}
    for each in fills:
        nets[each.symbol] = nets.get(each.symbol, Decimal(0)) + each.signed
    return VenueLedger(
        orders=tuple(event for event in events if isinstance(event, VenueOrder)),
        fills=fills,
        positions={symbol: net for symbol, net in nets.items() if net},
        commissions={},
        balances={},
    )


HISTORY = (
    fill("1", "BUY", "0.3"),
    fill("2", "SELL", "0.3"),
    fill("3", "BUY", "0.2"),
    fill("4", "BUY", "0.1", of="mine"),
    fill("1", "SELL", "2.0", symbol="ETHUSDT"),
)
VENUE = ledger(*HISTORY, order("mine", "FILLED"), order("resting"), order("part", "PARTIALLY_FILLED"), order("old"))
ORDERS = {"mine": "FILLED", "resting": "ACCEPTED", "part": "PARTIALLY_FILLED", "old": "ACCEPTED"}
POSITIONS = {BTC: Decimal("0.3"), ETH: Decimal(-2)}
TRADES = {f"{BTC}:3": 1, f"{BTC}:4": 1, f"{ETH}:1": 1}


def test_a_true_belief_differs_in_nothing() -> None:
    assert discrepancies(VENUE, Belief(ORDERS, POSITIONS, TRADES)) == ()


def test_what_is_over_need_not_be_known() -> None:
    known = {name: status for name, status in ORDERS.items() if status != "FILLED"}
    assert discrepancies(VENUE, Belief(known, POSITIONS, TRADES)) == ()


def test_more_history_than_needed_is_no_mistake() -> None:
    assert discrepancies(VENUE, Belief(ORDERS, POSITIONS, TRADES | {f"{BTC}:1": 1, f"{BTC}:2": 1})) == ()


@pytest.mark.parametrize(
    ("name", "here", "there"),
    [
        ("resting", "REJECTED", "ACCEPTED"),
        ("resting", "SUBMITTED", "ACCEPTED"),
        ("resting", None, "ACCEPTED"),
        ("part", "ACCEPTED", "PARTIALLY_FILLED"),
        ("part", None, "PARTIALLY_FILLED"),
        ("mine", "ACCEPTED", "FILLED"),
        ("mine", "OPEN", "FILLED"),
        ("never", "SUBMITTED", None),
        ("never", "OPEN", None),
        ("never", "FILLED", None),
    ],
)
def test_a_wrong_order_is_named(name: str, here: str | None, there: str | None) -> None:
    orders = {key: status for key, status in (ORDERS | {name: here}).items() if status is not None}
    assert discrepancies(VENUE, Belief(orders, POSITIONS, TRADES)) == (Discrepancy(Kind.ORDER, name, there, here),)


@pytest.mark.parametrize("status", ["REJECTED", "DENIED", "CANCELED"])
def test_an_order_that_never_arrived_may_have_ended(status: str) -> None:
    assert discrepancies(VENUE, Belief(ORDERS | {"never": status}, POSITIONS, TRADES)) == ()


@pytest.mark.parametrize("name", ["resting", "part"])
def test_an_order_told_as_open_is_open_at_the_venue(name: str) -> None:
    assert discrepancies(VENUE, Belief(ORDERS | {name: "OPEN"}, POSITIONS, TRADES)) == ()


@pytest.mark.parametrize(
    ("instrument", "here", "there", "text"),
    [
        (BTC, "0.2", "0.3", "0.2"),
        (BTC, "-0.3", "0.3", "-0.3"),
        (ETH, None, "-2.0", "0"),
        ("SOLUSDT-PERP.BINANCE", "0.0000001", "0", "0.0000001"),
    ],
)
def test_a_wrong_position_is_named(instrument: str, here: str | None, there: str, text: str) -> None:
    positions = {key: net for key, net in POSITIONS.items() if key != instrument}
    if here is not None:
        positions[instrument] = Decimal(here)
    (found,) = discrepancies(VENUE, Belief(ORDERS, positions, TRADES))
    assert found == Discrepancy(Kind.POSITION, instrument, there, text)


def test_a_flat_position_may_be_told_or_not() -> None:
    assert discrepancies(VENUE, Belief(ORDERS, POSITIONS | {"SOLUSDT-PERP.BINANCE": Decimal(0)}, TRADES)) == ()


@pytest.mark.parametrize("missing", list(TRADES))
def test_a_missing_trade_of_a_position_is_named(missing: str) -> None:
    held = {key: times for key, times in TRADES.items() if key != missing}
    found = discrepancies(VENUE, Belief(ORDERS, POSITIONS, held))
    assert found == (Discrepancy(Kind.TRADE_MISSING, missing, "1", None),)


def test_a_missing_trade_of_a_known_order_is_named_though_the_position_is_flat() -> None:
    closed = ledger(order("mine", "FILLED"), fill("1", "BUY", "0.3", of="mine"), fill("2", "SELL", "0.3"))
    found = discrepancies(closed, Belief({"mine": "FILLED"}, {}, {}))
    assert found == (Discrepancy(Kind.TRADE_MISSING, f"{BTC}:1", "1", None),)


def test_a_trade_made_up_is_named() -> None:
    found = discrepancies(VENUE, Belief(ORDERS, POSITIONS, TRADES | {f"{BTC}:5e0c": 1}))
    assert found == (Discrepancy(Kind.TRADE_MADE_UP, f"{BTC}:5e0c", None, "1"),)


def test_a_trade_id_of_another_instrument_is_made_up() -> None:
    found = discrepancies(VENUE, Belief(ORDERS, POSITIONS, TRADES | {f"{ETH}:3": 1}))
    assert found == (Discrepancy(Kind.TRADE_MADE_UP, f"{ETH}:3", None, "1"),)


def test_a_trade_held_twice_is_named() -> None:
    found = discrepancies(VENUE, Belief(ORDERS, POSITIONS, TRADES | {f"{BTC}:3": 2}))
    assert found == (Discrepancy(Kind.TRADE_TWICE, f"{BTC}:3", "1", "2"),)


def test_trades_are_compared_only_where_they_were_told() -> None:
    assert discrepancies(VENUE, Belief(ORDERS, POSITIONS)) == ()
    assert len(discrepancies(VENUE, Belief(ORDERS, POSITIONS, {}))) == len(TRADES)


def test_all_that_is_wrong_is_named_at_once() -> None:
    wrong = Belief(ORDERS | {"old": "CANCELED"}, {BTC: Decimal("0.2")}, {f"{BTC}:3": 2, f"{ETH}:1": 1, f"{BTC}:x": 1})
    assert [(item.kind, item.key) for item in discrepancies(VENUE, wrong)] == [
        (Kind.ORDER, "old"),
        (Kind.POSITION, BTC),
        (Kind.POSITION, ETH),
        (Kind.TRADE_MISSING, f"{BTC}:4"),
        (Kind.TRADE_TWICE, f"{BTC}:3"),
        (Kind.TRADE_MADE_UP, f"{BTC}:x"),
    ]


def test_it_says_what_differs() -> None:
    assert str(Discrepancy(Kind.ORDER, "a", "ACCEPTED", None)) == "order a: ACCEPTED at the venue, unknown on the node"


@pytest.mark.parametrize(
    ("trades", "lifecycle"),
    [
        ((), []),
        ((("BUY", "1"), ("SELL", "1")), []),
        ((("BUY", "1"), ("SELL", "1"), ("SELL", "2"), ("BUY", "1")), ["3", "4"]),
        ((("BUY", "1"), ("SELL", "3"), ("SELL", "1")), ["2", "3"]),
    ],
    ids=["nothing", "flat", "after flat", "through zero"],
)
def test_a_lifecycle_begins_where_the_position_was_last_flat(
    trades: tuple[tuple[Side, str], ...], lifecycle: list[str]
) -> None:
    fills = [fill(str(number), side, quantity) for number, (side, quantity) in enumerate(trades, 1)]
    assert [each.trade_id for each in current_lifecycle(ledger(*fills))] == lifecycle


def test_a_belief_is_read_from_a_nodes_event() -> None:
    event = {"open_orders": {"a": "MAKER-001"}, "node": {"positions": {BTC: "0.500"}}}
    assert Belief.told_by(event) == Belief({"a": "OPEN"}, {BTC: Decimal("0.5")}, None)
    assert Belief.told_by(event, [f"{BTC}:1", f"{BTC}:1"]).trades == {f"{BTC}:1": 2}
