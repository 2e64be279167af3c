"""What a filter names must be there, and what it leaves out is told by name."""

import pytest
from stage import BTC, ETH, SEED, Stage, clean_end, ended, environment, names

from reconciliation.embedded.venue import VenueProcess


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        (f"{BTC} {ETH}", "write a comma between two ids"),
        ("BTCUSDT.BINANCE", f"did you mean {BTC}?"),
        (f"{BTC},ETHUSDT-PERP.BYBIT", "load it, or correct it"),
    ],
    ids=["a blank for a comma", "the spot id of a perpetual", "another venue"],
)
def test_a_filter_on_what_is_not_loaded_is_refused(
    stage: Stage, venue: VenueProcess, redis: str, written: str, hint: str
) -> None:
    """Exit 2, with where it stands: it used to be called reconciled, with nothing reconciled at all."""
    venue.control.seed(**SEED)
    told = stage.recon("reconcile", "--json", **environment(venue, redis, RECON_INSTRUMENT_IDS=written))
    assert told.code == 2
    assert told.data["reconciled"] is False
    (event,) = told.events("node_not_started")
    assert event["stage"] == "settings"
    assert event["reason"].startswith("RECON_INSTRUMENT_IDS: instrument_ids names ")
    assert hint in event["reason"]


def test_what_a_filter_leaves_out_is_told_by_name(stage: Stage, venue: VenueProcess, redis: str) -> None:
    venue.control.seed(**SEED)
    venue.control.seed("ETHUSDT", fills=4, open_orders=1, net="2")
    left = next(
        order.client_order_id for order in venue.control.ledger().orders if order.symbol == "ETHUSDT" and order.is_open
    )
    node = stage.node(environment(venue, redis, RECON_INSTRUMENT_IDS=BTC))
    clean_end(node)
    assert ended(node) == 0
    assert node.events[0]["filters"] == [f"every instrument but {BTC}"]
    (reconciled,) = [event for event in node.events if event["event"] == "node_reconciled"]
    assert reconciled["left_out"] == [f"open order {left} in {ETH}", f"position {ETH} 2.000"]
    told = stage.recon("reconcile", **environment(venue, redis, RECON_INSTRUMENT_IDS=BTC))
    assert told.code == 0
    assert f"left out by the filters: position {ETH} 2.000" in told.stdout.splitlines()
    assert "node_reconciled" in names(node)
