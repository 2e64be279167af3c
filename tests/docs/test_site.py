"""The site that `make docs` builds: without a warning, whole in itself, and fit for a screen and for a phone."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final, get_args

import pytest
from browser import page
from links import dead_links, leads_to, outside, page_of

import reconciliation
from reconciliation.drill import schedule
from reconciliation.engine import lifecycle

ROOT: Final = Path(__file__).resolve().parents[2]
OUTSIDE: Final = {
    "https://keepachangelog.com",
    "https://pre-commit.com",
    "https://semver.org",
    "https://github.com/pradyunsg/furo",  # the theme names itself
    "https://pradyunsg.me",
}
"""The only links that leave the site."""
LOADED: Final = re.compile(r"url\(\s*[\"']?(?!data:|#)([^)\"']+)|@import\s+[\"']([^\"']+)")
"""What a stylesheet loads."""
LOOKED_AT: Final = ("index", "guides/monitoring", "guides/reconciliation", "reference/settings", "reference/api")
WIDTHS: Final = (1_280, 390)
FITS: Final = """
(edge => [
    innerWidth,
    document.documentElement.scrollWidth <= edge,
    [...document.querySelectorAll("article *")]
        .filter(part => part.getBoundingClientRect().right > edge + 1 && !part.closest(".table-wrapper, pre"))
        .map(part => part.outerHTML),
])(document.documentElement.clientWidth)
"""
"""How wide the window is, whether the page fits it, and what sticks out but for tables and code, which scroll."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site as `make docs` does."""
    built = tmp_path_factory.mktemp("site")
    arguments = ("-q", "-W", "--keep-going", "-c", "docs", ".", built)
    told = subprocess.run(
        [sys.executable, "-m", "sphinx", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    return built


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def test_no_link_of_the_site_leads_nowhere(site: Path) -> None:
    found = [link for file in pages(site) for link in dead_links(file, site)]
    assert not found, "\n".join(found)


def test_every_page_is_reached_from_the_index(site: Path) -> None:
    reached, waiting = set[Path](), [site / "docs" / "index.html"]
    while waiting:
        file = waiting.pop()
        if file not in reached:
            reached.add(file)
            targets = (leads_to(file, link) for link in page_of(file).links)
            waiting += [target for target in targets if target is not None and target.suffix == ".html"]
    assert reached >= {site / page.relative_to(ROOT).with_suffix(".html") for page in (ROOT / "docs").rglob("*.md")}


def test_it_needs_nothing_from_outside(site: Path) -> None:
    assert [part for file in pages(site) for part in page_of(file).parts if leads_to(file, part) is None] == []
    assert set().union(*(outside(file) for file in pages(site))) <= OUTSIDE
    sheets = {file: file.read_text("utf-8") for file in site.rglob("*.css")}
    assert sheets
    loaded = [(file, "".join(found)) for file, text in sheets.items() for found in LOADED.findall(text)]
    assert [(file, part) for file, part in loaded if not (file.parent / part).is_file()] == []


def test_the_reference_has_every_name_every_operation_and_every_event(site: Path) -> None:
    names = {f"reconciliation.{name}" for name in reconciliation.__all__}
    assert names <= page_of(site / "docs/reference/api.html").anchors
    assert names_of(get_args(schedule.AnyOperation)[0]) <= page_of(site / "docs/reference/scenarios.html").anchors
    assert names_of(lifecycle.Event) <= page_of(site / "docs/reference/events.html").anchors


def names_of(union: Any) -> set[str]:
    """What the members of a union are called, whole."""
    return {f"{member.__module__}.{member.__qualname__}" for member in get_args(union)}


def test_a_real_chromium_shows_it_on_a_screen_and_on_a_phone(site: Path, nothing_left_behind: None) -> None:
    async def look() -> None:
        async with page() as browser:
            for name in LOOKED_AT:
                for width in WIDTHS:
                    await browser.resize(width)
                    await browser.open((site / "docs" / f"{name}.html").as_uri())
                    assert await browser.value(FITS) == [width, True, []], (name, width)
            assert browser.complaints == []
            assert all(address.startswith(("file:", "data:")) for address in browser.asked)

    asyncio.run(look())
