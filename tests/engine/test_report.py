"""A report as plain data."""

import json
from collections import Counter
from decimal import Decimal

from msgspec.structs import replace

from reconciliation.engine.fills import FillId, NewFills, Snapshot
from reconciliation.engine.holdings import Difference, Holdings
from reconciliation.engine.report import ReconciliationReport

BTC, ETH = "BTCUSDT-PERP.BINANCE", "ETHUSDT-PERP.BINANCE"
OWN, FOREIGN, MADE_UP = FillId(BTC, "1"), FillId(BTC, "2"), FillId(ETH, "S-1")

REPORT = ReconciliationReport(
    reconciled=False,
    reason="they differ",
    duration_secs=1.5,
    venue=Holdings({"O-1": BTC, "O-2": BTC}, {ETH: Decimal("1E+1"), BTC: Decimal("-0.500")}),
    node_positions={BTC: Decimal("0.510")},
    differences=(Difference("open_order", "O-2", BTC, None), Difference("position", BTC, "-0.500", "0.510")),
    before=Snapshot(orders=frozenset({"O-1"})),
    after=Snapshot(
        fills=Counter({OWN: 2, FOREIGN: 1, MADE_UP: 1}),
        order_of={OWN: "O-1", FOREIGN: "web_1", MADE_UP: "R-1"},
        open_orders={"O-1": "MAKER-001"},
        orders=frozenset({"O-1", "web_1", "R-1"}),
        external_orders=2,
    ),
    fills=NewFills(recovered=frozenset({OWN, FOREIGN}), inferred=frozenset({MADE_UP})),
)


def test_the_venue_is_counted_with_its_positions_in_order() -> None:
    data = REPORT.venue_data()
    assert data == {"open_orders": 2, "positions": {BTC: "-0.500", ETH: "10"}}
    assert list(data["positions"]) == [BTC, ETH]


def test_a_venue_that_was_not_asked_has_no_data() -> None:
    assert replace(REPORT, venue=None).venue_data() is None


def test_the_node_is_counted() -> None:
    assert REPORT.node_data() == {
        "open_orders": 1,
        "orders": 3,
        "fills": 4,  # the doubled one twice
        "positions": {BTC: "0.510"},
        "external_orders": 2,
        "fills_recovered": 2,
        "fills_recovered_external": 1,  # of an order that was not known before
        "inferred_fills": 1,
    }


def test_differences_are_plain() -> None:
    assert REPORT.differences_data() == [
        {"kind": "open_order", "key": "O-2", "venue": BTC, "node": None},
        {"kind": "position", "key": BTC, "venue": "-0.500", "node": "0.510"},
    ]


def test_it_is_all_json() -> None:
    data = [REPORT.venue_data(), REPORT.node_data(), REPORT.differences_data()]
    assert json.loads(json.dumps(data)) == data
