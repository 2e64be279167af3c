"""Histories that a kill tore apart: mended in both directions where it is known what is missing, else named."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Any, Final

import pytest
from virtual import ALL_WELL, STARTED, happened, histories, kinds, run_of, settings_with

from reconciliation.drill.schedule import AnyOperation, Boot, Fail, Kill, Place, Stop, Submit, Wait
from reconciliation.drill.virtual import VirtualRun
from reconciliation.engine.simulation import Entry
from reconciliation.venue.binance.shapes import position_risk_json
from reconciliation.venue.ledger import Ledger

POSITIONS: Final = "GET /fapi/v3/positionRisk"
NAMES: Final = ("one", "two", "three", "four")


def transferred() -> Fail:
    """The venue tells of a position that no trade explains."""
    ledger = Ledger(lambda: 1_800_000_000_000)
    row = position_risk_json(ledger, ledger.positions["BTCUSDT"])
    return Fail(call=POSITIONS, body=[row | {"positionAmt": "0.045"}])


POSITION = "positions:BTCUSDT-PERP.BINANCE-BOTH"


def trades(quantities: Sequence[str] = ("0.010", "0.010", "0.010", "0.010")) -> tuple[AnyOperation, ...]:
    """Four market orders one after another; a negative quantity is sold."""
    submitted = (
        Submit(name=name, side="SELL" if quantity.startswith("-") else "BUY", quantity=abs(Decimal(quantity)))
        for name, quantity in zip(NAMES, quantities, strict=True)
    )
    return tuple(operation for submit in submitted for operation in (submit, Wait(secs=10)))


def torn(
    *cuts: tuple[str, int],
    traded: tuple[AnyOperation, ...] | None = None,
    meanwhile: tuple[AnyOperation, ...] = (),
) -> VirtualRun:
    """A run in which the database has lost some events of its histories before the second boot.

    Args:
        cuts: a key, and the index of an event in its history.
        traded: in the first life; four buys when absent.
        meanwhile: what happens between the two lives.
    """
    run = run_of(*STARTED, *(traded or trades()), Stop(), *meanwhile, *STARTED, *ALL_WELL)
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


def test_what_a_start_could_not_mend_the_position_check_does() -> None:
    """The venue tells of no position at the start, and so confirms nothing."""
    run = torn(*((POSITION, cut) for cut in range(4)), meanwhile=(Fail(call=POSITIONS, body=[]),))
    assert not run.play().anomalies
    mended = next(entry for entry in run.world.trace if entry.text.startswith("HistoryMended"))
    healed = next(entry for entry in run.world.trace if entry.text == '{"do":"heal"}')
    assert mended.ns > healed.ns
    assert trade_ids(run) == ["1001", "1002", "1003", "1004"]


def trade_ids(run: VirtualRun) -> list[str]:
    return [event.rpartition(" ")[2] for event in histories(run)[POSITION]]


@pytest.mark.parametrize("cuts", [(0,), (1,), (0, 1), (1, 3), (0, 3)])
def test_a_position_that_lacks_fills_in_the_middle_is_put_together_anew(cuts: tuple[int, ...]) -> None:
    run = torn(*((POSITION, cut) for cut in cuts))
    assert not run.play().anomalies
    assert len(happened(run, "node", "HistoryMended")) == 1
    assert trade_ids(run) == ["1001", "1002", "1003", "1004"]


def test_a_fill_of_an_order_from_outside_counts_as_well() -> None:
    by_hand = Place(name="by_hand", quantity=Decimal("0.010"))
    run = torn((POSITION, -1), traded=(*trades(), by_hand, Wait(secs=10)))
    assert not run.play().anomalies
    assert len(happened(run, "node", "HistoryMended")) == 1
    assert trade_ids(run) == ["1001", "1002", "1003", "1004", "1005"]


def test_what_opened_the_other_side_is_part_of_the_life_that_is_put_together() -> None:
    run = torn((POSITION, -2), traded=trades(["0.010", "-0.030", "-0.010", "-0.010"]))
    assert not run.play().anomalies
    assert len(happened(run, "node", "HistoryMended")) == 1
    assert trade_ids(run) == ["1002", "1003", "1004"]


def test_a_life_that_was_closed_is_no_part_of_what_is_put_together() -> None:
    run = torn((POSITION, -2), traded=trades(["0.010", "-0.010", "0.010", "0.010"]))
    assert not run.play().anomalies
    assert len(happened(run, "node", "HistoryMended")) == 1
    assert trade_ids(run) == ["1003", "1004"]


def test_a_history_that_cannot_be_brought_together_is_named_with_the_way_back() -> None:
    run = torn((POSITION, 1), meanwhile=(transferred(),))
    run.play()
    (told,) = happened(run, "node", "History")
    assert told.startswith("HistoryTorn")
    assert "its orders' fills add up to 0.04, and it holds 0.030" in told
    assert "RECON_CACHE_LOAD_CACHE=false" in told


def test_a_position_that_the_venue_moved_meanwhile_is_no_torn_history() -> None:
    run = torn(meanwhile=(transferred(),))
    run.play()
    assert happened(run, "node", "History") == []


def test_the_last_fill_is_given_to_its_position_also_where_the_venue_moved_meanwhile() -> None:
    run = torn((POSITION, -1), meanwhile=(transferred(),))
    run.play()
    assert len(happened(run, "node", "HistoryMended")) == 1
    assert happened(run, "node", "HistoryTorn") == []


@pytest.mark.parametrize("lost", range(8))
def test_a_kill_between_any_two_writes_ends_no_node_for_good(lost: int) -> None:
    run = run_of(*STARTED, *trades(), Kill(lost_writes=lost), Boot(), *ALL_WELL)
    assert not kinds(run.play())
    assert happened(run, "node", "HistoryTorn") == []


def test_histories_that_belong_together_are_left_alone() -> None:
    run = torn()
    assert not run.play().anomalies
    assert happened(run, "node", "History") == []
