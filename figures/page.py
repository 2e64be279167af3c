"""Text of a page that a command writes: it stands between two marks that bear its name."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]


def written(name: str, page: Path) -> str:
    """Return what stands between the marks of a name, without the blank lines around it.

    Raises:
        ValueError: the page has no such marks.
    """
    _, begin, rest = page.read_text("utf-8").partition(_begin(name))
    text, end, _ = rest.partition(_end(name))
    if not begin or not end:
        raise ValueError(f"{page.name} has no marks of {name}")
    return text.strip("\n")


def write(name: str, page: Path, lines: Iterable[str]) -> None:
    """Write lines between the marks of a name, in place of what stands there.

    Raises:
        ValueError: the page has no such marks.
    """
    written(name, page)
    before, _, rest = page.read_text("utf-8").partition(_begin(name))
    _, _, after = rest.partition(_end(name))
    text = "\n".join(lines)
    page.write_text(f"{before}{_begin(name)}\n\n{text}\n\n{_end(name)}{after}", "utf-8")


def _begin(name: str) -> str:
    return f"<!-- {name} begins: a command writes this -->"


def _end(name: str) -> str:
    return f"<!-- {name} ends -->"
