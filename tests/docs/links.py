"""The links of a page, and which of them lead nowhere: of Markdown as a repository shows it, and of HTML."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

_HEADING: Final = re.compile(r"h[1-6]")
_MARKDOWN: Final = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True, slots=True)
class Page:
    """What a page has to do with links.

    Attributes:
        headings: their text, in their order.
        anchors: what a link may name behind `#`.
        links: where its links lead.
        parts: what it loads or names in its head: images, scripts, styles.
    """

    headings: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)


@cache
def page_of(file: Path) -> Page:
    """Read a page."""
    text = file.read_text("utf-8")
    reader = _Reader()
    reader.feed(_MARKDOWN.render(text) if file.suffix == ".md" else text)
    reader.close()
    if file.suffix == ".md":
        reader.page.anchors.update(_slugs(reader.page.headings))
    return reader.page


def _slugs(headings: list[str]) -> Iterator[str]:
    """Yield the anchors of headings as GitHub makes them: one that comes again is numbered."""
    seen: Counter[str] = Counter()
    for heading in headings:
        slug = re.sub(r"[^\w -]", "", heading.strip().lower()).replace(" ", "-")
        yield f"{slug}-{seen[slug]}" if seen[slug] else slug
        seen[slug] += 1


def leads_to(file: Path, link: str) -> Path | None:
    """Return the file that a link of a page leads to; None where it leads outside."""
    address = urlsplit(link)
    if address.scheme or address.netloc:
        return None
    return (file.parent / unquote(address.path)).resolve() if address.path else file


def dead_links(file: Path, root: Path) -> Iterator[str]:
    """Yield the links of a page, and what it loads, that lead to no file below a root, or to no anchor of one."""
    page = page_of(file)
    for link in (*page.links, *page.parts):
        target, anchor = leads_to(file, link), unquote(urlsplit(link).fragment)
        if target is None:
            continue
        if not (target.is_file() and target.is_relative_to(root)):
            yield f"{file.relative_to(root)}: {link}: there is no such file"
        elif anchor and anchor not in page_of(target).anchors:
            yield f"{file.relative_to(root)}: {link}: there is no such anchor"


def outside(file: Path) -> set[str]:
    """Return the links of a page that lead outside."""
    return {link for link in page_of(file).links if leads_to(file, link) is None}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._is_in_heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value for name, value in attrs if value}
        if "id" in given:
            self.page.anchors.add(given["id"])
        leading = self.page.links if tag == "a" else self.page.parts
        leading += [given[name] for name in ("href", "src") if name in given]
        if _HEADING.fullmatch(tag):
            self._is_in_heading = True
            self.page.headings.append("")

    def handle_endtag(self, tag: str) -> None:
        if _HEADING.fullmatch(tag):
            self._is_in_heading = False

    def handle_data(self, data: str) -> None:
        if self._is_in_heading:
            self.page.headings[-1] += data
