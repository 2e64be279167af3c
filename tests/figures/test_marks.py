"""Text between two marks of a page."""

from pathlib import Path

import pytest

from figures.page import write, written

PAGE = "before\n<!-- a begins: a command writes this -->\n\nold\n\n<!-- a ends -->\nafter\n"


def test_only_what_stands_between_the_marks_is_written_anew(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE, "utf-8")
    assert written("a", page) == "old"
    write("a", page, ["new", "lines"])
    assert page.read_text("utf-8") == PAGE.replace("old", "new\nlines")


def test_a_page_without_the_marks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE, "utf-8")
    with pytest.raises(ValueError, match=r"page\.md has no marks of b"):
        write("b", page, ["new"])
    assert page.read_text("utf-8") == PAGE
