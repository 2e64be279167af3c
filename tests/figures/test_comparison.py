"""Stock beside guarded: README and guide show what was kept, and a few of its runs come out as kept."""

from pathlib import Path

import pytest

from figures import comparison
from figures.comparison import COLUMNS, Cell
from figures.page import written
from figures.playing import PRESETS

KEPT = comparison.read()
AGAIN = (Cell("standard", guarded=True, seed=2), Cell("conservative", guarded=False, seed=6))


def test_the_same_seeds_were_played_in_every_row() -> None:
    seeds = [
        [cell.seed for cell in KEPT if (cell.preset, cell.guarded) == (preset, guarded)]
        for preset in PRESETS
        for guarded in (False, True)
    ]
    assert seeds[0]
    assert all(each == seeds[0] for each in seeds)


@pytest.mark.parametrize("page", comparison.PAGES, ids=lambda page: page.name)
def test_each_page_shows_what_was_kept(page: Path) -> None:
    assert written(comparison.MARK, page) == "\n".join(comparison.rows(KEPT))


@pytest.mark.usefixtures("pooled_figures")
def test_runs_played_again_come_out_as_kept() -> None:
    assert comparison.outcomes(AGAIN, at_once=1) == {cell: KEPT[cell] for cell in AGAIN}


def test_with_every_guard_no_fill_and_no_order_is_invented_missing_or_booked_twice() -> None:
    guarded = [each for cell, each in KEPT.items() if cell.guarded]
    assert not [each for each in guarded if each.keys() & COLUMNS.keys()]
    assert any(each.keys() & COLUMNS.keys() for cell, each in KEPT.items() if not cell.guarded)
