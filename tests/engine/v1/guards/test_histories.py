"""Histories that a kill tore apart: mended in both directions where it is known what is missing, else named."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any, Final

import pytest
from virtual import ALL_WELL, STARTED, happened, histories, kinds, run_of, settings_with

from reconciliation.drill.schedule import AnyOperation, Boot, Kill, Stop, Submit, Wait
from reconciliation.drill.virtual import VirtualRun
from reconciliation.engine.simulation import Entry

NAMES: Final = ("one", "two", "three", "four")
POSITION = "positions:BTCUSDT-PERP.BINANCE-BOTH"


def trades() -> tuple[AnyOperation, ...]:
    submitted = (Submit(name=name, quantity=Decimal("0.010")) for name in NAMES)
    return tuple(operation for submit in submitted for operation in (submit, Wait(secs=10)))


def torn(*cuts: tuple[str, int]) -> VirtualRun:
    """A run in which the database has lost some events of its histories before the second boot.

    Args:
        cuts: a key, and the index of an event in its history.
    """
    run = run_of(*STARTED, *trades(), Stop(), *STARTED, *ALL_WELL)
    boots: list[Entry] = []

    def hear(entry: Entry) -> None:
        if entry.kind == "drill" and entry.text.startswith('{"do":"boot"'):
            boots.append(entry)
            if len(boots) == 2:
                for key in {key for key, _ in cuts}:
                    lose(run, key, [index for cut, index in cuts if cut == key])

    run.world.hear(hear)
    return run


def lose(run: VirtualRun, key: str, indices: Collection[int]) -> None:
    database: Any = run.world.database(settings_with().node.trader_id)
    log = database._log
    writes = [write for write in log if write.key == key and write.command != "delete"]
    gone = [writes[index] for index in indices]
    kept = [write for write in log if not any(write is lost for lost in gone)]
    database.clear()
    for write in kept:
        database.write(write)


def test_a_position_gets_the_fill_that_only_its_order_holds() -> None:
    run = torn((POSITION, -1))
    assert not run.play().anomalies
    assert len(happened(run, "node", "HistoryMended")) == 1
    assert [event.rpartition(" ")[2] for event in histories(run)[POSITION]] == ["1001", "1002", "1003", "1004"]


def test_an_order_gets_the_fill_that_only_its_position_holds() -> None:
    run = torn(("orders:four", -1))
    assert not run.play().anomalies
    assert len(happened(run, "node", "HistoryMended")) == 1
    assert histories(run)["orders:four"][-1] == "OrderFilled 1004"


def test_a_history_that_cannot_be_brought_together_is_named_with_the_way_back() -> None:
    run = torn((POSITION, 1), (POSITION, 3))
    run.play()
    assert happened(run, "node", "HistoryMended") == []
    (first, *_) = happened(run, "node", "HistoryTorn")
    assert "its orders' fills add up to 0.04, and it holds 0.020" in first
    assert "RECON_CACHE_LOAD_CACHE=false" in first


@pytest.mark.parametrize("lost", range(8))
def test_a_kill_between_any_two_writes_ends_no_node_for_good(lost: int) -> None:
    run = run_of(*STARTED, *trades(), Kill(lost_writes=lost), Boot(), *ALL_WELL)
    assert not kinds(run.play())
    assert happened(run, "node", "HistoryTorn") == []


def test_histories_that_belong_together_are_left_alone() -> None:
    run = torn()
    assert not run.play().anomalies
    assert happened(run, "node", "History") == []
