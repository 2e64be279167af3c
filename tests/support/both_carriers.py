"""Plays scenarios on both carriers and prints, as JSON, what came of each: `both_carriers.py SCENARIO...`.

The engine is imported once; each run over the wire is a fork of that, and all of them wait side by side while the same
scenarios are played in virtual time. Those that are played at Bybit too are played there as well.
"""

import json
import sys
import traceback
import warnings
from collections.abc import Iterable
from itertools import product
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from virtual import settings_with

from reconciliation.drill.scenario import Scenario, shipped_scenarios
from reconciliation.drill.schedule import Boot, Heal, Schedule, Settle
from reconciliation.drill.venues import BINANCE, BYBIT, Venue
from reconciliation.drill.virtual import VirtualRun
from reconciliation.drill.wire.run import WireRun
from reconciliation.settings.guards import GUARDS

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

SHORT = (Heal(), Boot(), Settle(within_secs=60))
"""How every run ends here: both carriers are compared, and not each with the plan."""


def schedule_of(scenario: Scenario, venue: Venue = BINANCE) -> Schedule:
    return replace(scenario, then=SHORT).schedule(seed=1, settle_secs=60, venue=venue)


def told(run: VirtualRun | WireRun) -> dict[str, Any]:
    """The verdict and the ledger, without times and without the numbers that the venue draws in its own order."""
    played = run.play()
    ledger = run.control.ledger() if isinstance(run, VirtualRun) else run.ledger
    return {
        "anomalies": sorted(str(anomaly) for anomaly in played.anomalies),
        "orders": sorted(
            f"{order.client_order_id} {order.symbol} {order.side} {order.status} {order.filled}/{order.quantity}"
            for order in ledger.orders
        ),
        "fills": sorted(
            f"{fill.client_order_id} {fill.symbol} {fill.side} {fill.quantity} at {fill.price}, {fill.commission}"
            for fill in ledger.fills
        ),
        "positions": {symbol: str(net) for symbol, net in sorted(ledger.positions.items())},
    }


def over_the_wire(scenario: Scenario, venue: Venue, pipe: "Connection[Any, Any]") -> None:
    try:
        pipe.send(told(WireRun(settings_of(scenario), schedule_of(scenario, venue))))
    except Exception:  # noqa: BLE001 - the test shows it
        pipe.send({"failed": traceback.format_exc()})


def settings_of(scenario: Scenario) -> Any:
    return settings_with(GUARDS, {"node.timeout_post_stop": 0.1, **scenario.settings})


def main(names: Iterable[str]) -> None:
    warnings.simplefilter("ignore")
    scenarios = [shipped_scenarios()[name] for name in names]
    processes = get_context("fork")
    running = []
    for venue, scenario in product((BINANCE, BYBIT), scenarios):
        if venue.name in scenario.venues:
            ours, theirs = processes.Pipe(duplex=False)
            process = processes.Process(target=over_the_wire, args=(scenario, venue, theirs))
            process.start()
            running.append((venue.name, scenario.name, process, ours))
    came: dict[str, dict[str, Any]] = {"BINANCE": {}, "BYBIT": {}}
    came["virtual"] = {each.name: told(VirtualRun(settings_of(each), schedule_of(each))) for each in scenarios}
    for at, name, process, ours in running:
        came[at][name] = ours.recv()
        process.join()
    sys.stdout.write(json.dumps(came))


if __name__ == "__main__":
    main(sys.argv[1:])
