"""A user's strategy that goes by quotes trades in virtual time as it does at the venue's process."""

from decimal import Decimal
from typing import Any

import pytest
import quoting
from virtual import STARTED, happened, settings_with

from reconciliation.drill.schedule import AnyOperation, Kill, Reach, Schedule, Settle, Stop, Wait
from reconciliation.drill.virtual import VirtualRun

pytestmark = pytest.mark.filterwarnings("ignore:Discarding nonzero nanoseconds")


def run_with_quotes(*operations: AnyOperation) -> VirtualRun:
    schedule = Schedule(name="test", seed=1, operations=(*STARTED, *operations))
    return VirtualRun(settings_with(), schedule, configure=quoting.configure)


def test_its_orders_end_as_foretold() -> None:
    run = run_with_quotes(Wait(secs=10), Settle(within_secs=5))
    assert run.play().anomalies == ()
    by_name: dict[str, Any] = {order.client_order_id: order for order in run.control.ledger().orders}
    assert (by_name["joins"].status, by_name["takes"].status) == ("NEW", "FILLED")
    assert by_name["joins"].price < Decimal(100_000) < by_name["takes"].price


def test_the_same_seed_is_the_same_run() -> None:
    digests = {run_with_quotes(Wait(secs=5), Settle(within_secs=5)).play().digest for _ in range(2)}
    assert len(digests) == 1


def test_quotes_come_again_after_the_venue_was_away() -> None:
    run = run_with_quotes(Wait(secs=5), Reach(reachable=False), Wait(secs=5), Reach(reachable=True), Wait(secs=10))
    run.play()
    assert happened(run, "market", "broke")
    opened = [at for at, entry in enumerate(run.world.trace) if (entry.kind, entry.text) == ("market", "opened")]
    assert len(opened) > 1
    heard = [entry.text for entry in run.world.trace[opened[-1] :] if entry.kind == "market"]
    for stream in ("bookTicker", "aggTrade", "markPrice@1s"):
        assert any(f"btcusdt@{stream}" in text for text in heard), stream


@pytest.mark.parametrize("end", [Stop(), Kill()])
def test_a_node_that_ended_hears_nothing(end: AnyOperation) -> None:
    run = run_with_quotes(Wait(secs=2), end, Wait(secs=5))
    run.play()
    last = max(entry.ns for entry in run.world.trace if entry.kind == "market")
    assert last < run.now_ns - 4_000_000_000
