"""The pages as the repository has them: each asks one question, the index links to it, and no link leads nowhere."""

import re
from pathlib import Path
from typing import Final

import pytest
from links import dead_links, page_of

ROOT: Final = Path(__file__).resolve().parents[2]
DOCS: Final = ROOT / "docs"
INDEX: Final = DOCS / "index.md"
PAGES: Final = sorted(DOCS.rglob("*.md"))


@pytest.mark.parametrize("file", [*PAGES, *ROOT.glob("*.md")], ids=lambda file: str(file.relative_to(ROOT)))
def test_no_link_of_a_page_leads_nowhere(file: Path) -> None:
    found = list(dead_links(file, ROOT))
    assert not found, "\n".join(found)


def test_the_index_links_to_every_page_by_its_question() -> None:
    told = {
        (DOCS / link).resolve(): text
        for text, link in re.findall(r"^- \[(.+?)\]\((\S+?)\)", INDEX.read_text("utf-8"), re.MULTILINE)
    }
    questions = {file: page_of(file).headings[0] for file in PAGES if file != INDEX}
    assert all(question.endswith("?") for question in questions.values())
    assert {file: text for file, text in told.items() if file.is_relative_to(DOCS)} == questions


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    other, page = tmp_path / "other.md", tmp_path / "page.md"
    other.write_text("# `a_b` at 5 %, twice\n## Twice\n## Twice\n", "utf-8")
    fine = ["other.md", "other.md#a_b-at-5--twice", "other.md#twice", "other.md#twice-1", "#page", "https://a.example"]
    dead = ["gone.md", "other.md#thrice", "#here", "../outside.md", "."]
    links = "\n".join(f"[text]({link})" for link in fine + dead)
    page.write_text(f"# Page\n\n{links} ![](gone.png)\n\n```text\n[no link](gone.md)\n```\n", "utf-8")
    assert [line.split(": ")[1] for line in dead_links(page, tmp_path)] == [*dead, "gone.png"]
