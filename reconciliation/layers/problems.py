"""What is wrong with settings, as data and as text."""

import re
from typing import Final

from msgspec import Struct

from reconciliation.errors import UnusableError

_LINE: Final = re.compile(r"^(?P<file>.*?):(?P<line>\d+)(?::(?P<column>\d+))?(?: \S+)?$")


class FilePlace(Struct, frozen=True):
    """A place in a file.

    Attributes:
        file: its path, as an origin gives it.
        line: counted from 1.
        column: counted from 1; 0 where only the line is known.
    """

    file: str
    line: int
    column: int = 0


def file_place(origin: str) -> FilePlace | None:
    """Return the place in a file that an origin tells; None where it tells none, as a variable's name does."""
    match = _LINE.match(origin)
    return None if match is None else FilePlace(match["file"], int(match["line"]), int(match["column"] or 0))


def printable(text: str) -> str:
    """Return text that does nothing to a terminal and that every stream can encode: the rest is escaped."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


class Excerpt(Struct, frozen=True):
    """The line of a file that a problem is about."""

    text: str
    """The line without its end."""
    start: int
    """Where the mark begins, counted from 0."""
    length: int

    def lines(self) -> tuple[str, str]:
        """Return the line and a mark below it; both are safe to print."""
        shown = "".join(char if char.isprintable() else " " for char in self.text)
        return shown, " " * self.start + "^" * max(self.length, 1)


class Problem(Struct, frozen=True):
    """One thing that is wrong: where it stands, what is wrong, and what to do."""

    origin: str
    """`settings/standard.toml:12`, `RECON_OPEN_CHECK_INTERVAL_SECS`, `node.env:3 RECON_LOG_LEVEL`, `--set`."""
    key: str
    """The dotted key concerned, or an empty string."""
    code: str
    """A short stable word: `unknown_variable`, `unknown_key`, `out_of_range`, ..."""
    message: str
    hint: str
    excerpt: Excerpt | None = None
    between: tuple[str, ...] = ()
    """The keys that do not go together; empty where one alone is wrong."""

    def __str__(self) -> str:
        text = f"{self.origin}: {self.message}"
        return printable(f"{text}; {self.hint}" if self.hint else text)

    def block(self) -> str:
        """Return the problem over several lines, with the line it is about."""
        lines = [printable(f"{self.origin}: {self.message}")]
        if self.excerpt is not None:
            lines += [f"    {line}" for line in self.excerpt.lines()]
        if self.hint:
            lines.append(printable(f"  -> {self.hint}"))
        return "\n".join(lines)

    def data(self) -> dict[str, str]:
        """Return the problem as plain data."""
        return {
            "code": self.code,
            "key": self.key,
            "origin": self.origin,
            "message": self.message,
            "hint": self.hint,
        }

    def place(self) -> tuple[str, int, int, str, str]:
        """Return what problems sort by: file or variable, then line and column as numbers."""
        place = file_place(self.origin) or FilePlace(self.origin, 0)
        return place.file, place.line, place.column, self.key, self.code


class SettingsError(UnusableError):
    """The settings are unusable; `.problems` holds every reason at once, sorted by origin."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=Problem.place))
        super().__init__(self.text())

    def text(self, *, blocks: bool = False) -> str:
        """Return every problem: a line each, or a block each with the line it is about, for a terminal."""
        if blocks:
            return "\n\n".join(problem.block() for problem in self.problems)
        return "\n".join(str(problem) for problem in self.problems)
