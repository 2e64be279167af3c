"""What `recon plan` says a start asks its venue for, held against a real one: process, preflight, sockets."""

from collections import Counter

import pytest
from stage import Stage, clean_end, environment

from reconciliation.embedded.venue import VenueProcess
from reconciliation.layers.resolve import load
from reconciliation.rules.plan import plan
from reconciliation.rules.subject import subject_of
from reconciliation.venue.binance.weights import weight_of


@pytest.mark.parametrize("preset", ["standard", "disabled"])
def test_a_start_makes_the_requests_that_the_plan_tells_and_weighs_as_much(
    stage: Stage, venue: VenueProcess, redis: str, preset: str
) -> None:
    """Cold and warm; of the checks none runs before the startup delay is over."""
    for symbol in ("BTCUSDT", "ETHUSDT"):
        venue.control.seed(symbol=symbol, fills=20, open_orders=2, net="0.5")
    told = plan(subject_of(load(preset=preset, env={})), symbols=2, orders=44).start
    for _ in range(2):
        venue.control.clear_requests()
        node = stage.node(environment(venue, redis, RECON_PRESET=preset))
        node.wait_for("node_started")
        asked = venue.control.requests()
        assert Counter(each.call for each in asked) == told.requests
        weights = (weight_of(each.call, "symbol" if "symbol" in each.params else "") for each in asked)
        assert sum(weights) == told.weight
        clean_end(node)
