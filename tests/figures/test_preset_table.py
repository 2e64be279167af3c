"""The table of presets and faults: all of it is played again, the guide shows it, and the plan explains it."""

import pytest

from figures import presets
from figures.page import ROOT, written
from figures.playing import PRESETS
from figures.presets import CELLS, FAULTS, Cell
from reconciliation import load
from reconciliation.drill.anomalies import Kind
from reconciliation.rules import timings

KEPT = presets.read()


def test_the_guide_shows_what_came_of_every_cell() -> None:
    assert tuple(KEPT) == CELLS
    assert len(CELLS) == 90
    assert written(presets.MARK, presets.PAGE) == "\n".join(presets.rows(KEPT))


@pytest.mark.usefixtures("pooled_figures")
@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("guarded", [False, True], ids=["stock", "guarded"])
def test_every_cell_played_again_comes_out_as_kept(preset: str, *, guarded: bool) -> None:
    cells = [cell for cell in CELLS if (cell.preset, cell.guarded) == (preset, guarded)]
    again = presets.outcomes(cells, at_once=1)
    assert again == {cell: KEPT[cell] for cell in cells}


@pytest.mark.parametrize("cell", [cell for cell in CELLS if cell.guarded], ids=str)
def test_with_every_guard_all_agrees_and_no_trade_is_made_up(cell: Cell) -> None:
    outcome = KEPT[cell]
    assert outcome.agreed_secs is not None, outcome.wrong
    assert not outcome.wrong


@pytest.mark.parametrize("preset", PRESETS)
def test_what_was_lost_was_repaired_when_the_plan_says(preset: str) -> None:
    settings = load(preset=preset, env={}, settings_dir=ROOT / "settings").reconciliation
    tick = timings.periods(settings).tick_secs or 0
    predicted = {
        "lost fill [full]": timings.lost_fill_secs(settings),
        "lost cancel ack [canceled]": timings.lost_ack_secs(settings),
        "lost ack [accepted]": timings.lost_ack_secs(settings),
    }
    assert predicted.keys() <= set(FAULTS)
    for fault, secs in predicted.items():
        agreed = KEPT[Cell(fault, preset, guarded=True)].agreed_secs
        assert agreed is not None, fault
        assert secs is not None, fault
        assert agreed <= secs + tick, fault


def test_a_cell_says_what_came_of_it() -> None:
    assert presets.Outcome(11.5, {}).text() == "12 s"
    assert presets.Outcome(0.5, {}).text() == "at once"
    wrong = presets.Outcome(None, {Kind.INVENTED_FILL: 2, Kind.NOT_CONVERGED: 1, Kind.WRONG_STATUS: 1})
    assert wrong.text() == "**invented fill 2, wrong status**"
    assert wrong.made_up == 2
