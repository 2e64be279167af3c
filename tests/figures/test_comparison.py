"""Stock beside guarded: picture and table show what was kept, and a few of its runs come out as kept."""

import re

import pytest

from figures import comparison
from figures.comparison import COLUMNS, Cell
from figures.comparison_picture import PICTURE
from figures.page import ROOT, written
from figures.playing import PRESETS

KEPT = comparison.read()
README = ROOT / "README.md"
AGAIN = (Cell("standard", guarded=True, seed=2), Cell("conservative", guarded=False, seed=6))


def test_the_same_seeds_were_played_in_every_row() -> None:
    seeds = [
        [cell.seed for cell in KEPT if (cell.preset, cell.guarded) == (preset, guarded)]
        for preset in PRESETS
        for guarded in (False, True)
    ]
    assert seeds[0]
    assert all(each == seeds[0] for each in seeds)


def test_table_and_picture_show_what_was_kept() -> None:
    assert written(comparison.MARK, comparison.PAGE) == "\n".join(comparison.rows(KEPT))
    assert PICTURE.read_text("utf-8") == comparison.picture(KEPT)


def test_the_readme_tells_the_picture_s_numbers_to_whoever_does_not_see_it() -> None:
    (told,) = re.findall(r"!\[([^\]]+)\]\(docs/guides/images/stock-beside-guarded\.svg\)", README.read_text("utf-8"))
    wrong = {
        guarded: [each for cell, each in KEPT.items() if cell.guarded is guarded and each] for guarded in (False, True)
    }
    runs = len(KEPT) // 2
    assert f"stock {len(wrong[False])} of {runs} runs" in told
    assert f"guarded {len(wrong[True])} of {runs}" in told


@pytest.mark.usefixtures("pooled_figures")
def test_runs_played_again_come_out_as_kept() -> None:
    assert comparison.outcomes(AGAIN, at_once=1) == {cell: KEPT[cell] for cell in AGAIN}


def test_with_every_guard_no_fill_and_no_order_is_invented_missing_or_booked_twice() -> None:
    guarded = [each for cell, each in KEPT.items() if cell.guarded]
    assert not [each for each in guarded if each.keys() & COLUMNS.keys()]
    assert any(each.keys() & COLUMNS.keys() for cell, each in KEPT.items() if not cell.guarded)
