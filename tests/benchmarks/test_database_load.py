"""What `recon plan --nodes` says of a cache's database is what a server counts, and what the simulated one is given."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Final

from msgspec.structs import replace
from virtual import STARTED, run_of

from benchmarks import database
from benchmarks.database import Measured
from figures.performance import kept
from reconciliation.drill.schedule import AnyOperation, Submit, Wait
from reconciliation.rules.database import ORDER_COMMANDS

A_WRITE: Final = 3
"""Each of the engine's is a transaction of its own: it begins, writes and ends."""


def test_a_server_counts_what_the_model_says(tmp_path: Path) -> None:
    """At rest for six seconds: a watched node tells of itself once or twice, and a lease is renewed once or not."""
    found = database.measured(tmp_path, lambda _: None, rest_secs=6, orders=(2, 6))
    rows = {name: (model, measured) for name, model, measured in found.rows()}
    for name in ("commands an order that trades", "kB an order that trades"):
        model, measured = rows[name]
        assert abs(model / measured - 1) <= database.WITHIN, (name, model, measured)
    assert 1.5 <= found.at_rest.commands <= 4
    assert found.watched.bytes > found.at_rest.bytes + 1_000
    assert Measured.read(json.loads(json.dumps(found.data()))) == found


def test_the_model_is_near_what_was_measured_last() -> None:
    found = Measured.read(kept("database")["database"])
    assert found.holds, [*found.lines()]
    assert found.model == database.model({}), "`make fleet` measures anew"
    assert found.watched_model == database.model(database.WATCHED), "`make fleet` measures anew"
    assert not replace(found, order=replace(found.order, commands=found.order.commands * 1.2)).holds


def test_the_simulated_database_is_given_as_many_writes() -> None:
    """At rest none, and of orders from flat to flat as many as a server counts."""
    orders = 6
    trading: list[AnyOperation] = [
        operation
        for number in range(orders)
        for operation in (
            Submit(name=f"order-{number}", side="SELL" if number % 2 else "BUY", quantity=Decimal("0.010")),
            Wait(secs=2),
        )
    ]
    rest = _writes(*STARTED, Wait(secs=120))
    assert rest == _writes(*STARTED)
    assert (_writes(*STARTED, Wait(secs=120), *trading) - rest) * A_WRITE == orders * ORDER_COMMANDS


def _writes(*operations: AnyOperation) -> int:
    run = run_of(*operations)
    run.play()
    return sum(entry.kind == "database" for entry in run.world.trace)
