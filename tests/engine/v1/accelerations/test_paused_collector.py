"""The collector is paused where a history comes in, and what there was is set aside once."""

import gc
from collections.abc import Iterator

import pytest
from arena import OFF, node_on, nowhere
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.reports import ExecutionMassStatus

from reconciliation.engine.v1.accelerations.paused_collector import install


@pytest.fixture(autouse=True)
def _given_back() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.unfreeze()


def test_only_the_first_mass_status_sets_aside() -> None:
    """Each time that a stream opens again there is another, and their garbage would be kept for months."""
    with node_on(nowhere(), start=False, **OFF) as arena:
        client, engine = arena.client, arena.node.kernel.exec_engine
        install(engine)
        kept: list[list[str]] = []
        counts = []
        for _ in range(3):
            status = ExecutionMassStatus(client.id, client.account_id, client.venue, UUID4(), 0)
            assert engine._reconcile_execution_mass_status(status)
            counts.append(gc.get_freeze_count())
            kept += ([str(number)] for number in range(1_000))
    assert counts[0] > 1_000
    assert counts[0] >= counts[1] >= counts[2]
