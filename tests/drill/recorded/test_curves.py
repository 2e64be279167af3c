"""The position of both sides over time."""

from decimal import Decimal

from reconciliation.drill.recorded.curves import NodePositions, curves, true_secs
from reconciliation.drill.recorded.spans import skews
from reconciliation.drill.schedule import Heal, Skew
from reconciliation.embedded.venue_answers import Side, VenueFill
from reconciliation.engine.books import BookedPosition, Books
from reconciliation.engine.simulation import Entry

NS = 1_000_000_000
BEGIN_MS = 1_000_000
BEGIN_NS = BEGIN_MS * 1_000_000
BTC = "BTCUSDT-PERP.BINANCE"
ZERO = Decimal(0)


def fill(secs: float, side: Side, quantity: str) -> VenueFill:
    return VenueFill(
        trade_id="1",
        order_id=1,
        client_order_id="one",
        symbol="BTCUSDT",
        side=side,
        quantity=Decimal(quantity),
        price=Decimal(50_000),
        commission=ZERO,
        maker=True,
        time_ms=BEGIN_MS + round(secs * 1_000),
        realized_pnl=ZERO,
    )


def test_the_venue_s_curve_adds_up_its_trades_and_begins_with_what_was_there() -> None:
    (curve,) = curves([fill(-60, "BUY", "0.5"), fill(2, "SELL", "0.2"), fill(4, "SELL", "0.3")], [], BEGIN_NS)
    assert curve.instrument_id == BTC
    assert curve.venue == ((0.0, Decimal("0.5")), (2.0, Decimal("0.3")), (4.0, ZERO))
    assert curve.node == ()


def test_trades_stand_where_they_were_made_although_the_venue_s_clock_was_off() -> None:
    off = skews([(5.0, Skew(ms=2_000)), (20.0, Heal())], end=30.0)
    assert off == ((5.0, 20.0, 2.0),)
    assert [true_secs(secs, off) for secs in (3.0, 12.0, 25.0)] == [3.0, 10.0, 25.0]
    (curve,) = curves([fill(12, "BUY", "1")], [], BEGIN_NS, off)
    assert curve.venue == ((0.0, ZERO), (10.0, Decimal(1)))


def test_the_node_s_curve_has_a_gap_where_there_is_no_node() -> None:
    node = [(1.0, {BTC: ZERO}), (2.0, {BTC: Decimal(1)}), (3.0, {BTC: Decimal(1)}), (4.0, None), (6.0, {})]
    (curve,) = curves([], node, BEGIN_NS)
    assert curve.node == ((1.0, ZERO), (2.0, Decimal(1)), (4.0, None), (6.0, ZERO))


def test_an_instrument_that_nobody_ever_held_has_none() -> None:
    assert curves([], [(1.0, {BTC: ZERO}), (2.0, None)], BEGIN_NS) == ()


def test_a_node_s_positions_are_read_at_its_start_and_followed_by_events() -> None:
    held = Books()
    positions = NodePositions(BEGIN_NS, lambda: held)

    def hear(secs: float, kind: str, text: str) -> None:
        positions.hear(Entry(BEGIN_NS + round(secs * NS), kind, text))

    def changed(position: str, net: str) -> str:
        return f"PositionChanged(instrument_id={BTC}, position_id={position}, side=LONG, signed_qty={net}, ts_event=1)"

    hear(1, "node", "Connected")
    hear(2, "engine", changed("P-1", "0.3"))
    hear(3, "engine", changed("P-2", "-0.1"))
    hear(4, "drill", "SIGKILL")
    # The next life begins with what its cache holds, which no event tells.
    held = Books(positions=(booked("P-1", "0.2"),))
    hear(5, "node", "Connected")
    hear(6, "engine", changed("P-1", "0.0"))
    hear(7, "node", "Died of it")
    assert [(secs, nets if nets is None else nets.get(BTC, ZERO)) for secs, nets in positions.steps] == [
        (1.0, ZERO),
        (2.0, Decimal("0.3")),
        (3.0, Decimal("0.2")),
        (4.0, None),
        (5.0, Decimal("0.2")),
        (6.0, ZERO),
        (7.0, None),
    ]


def booked(position_id: str, net: str) -> BookedPosition:
    return BookedPosition(
        position_id=position_id,
        instrument_id=BTC,
        strategy_id="DRILL-D01",
        net=Decimal(net),
        average_open=Decimal(50_000),
        realized_pnl=ZERO,
        trade_ids=(),
    )
