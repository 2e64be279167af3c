"""The line on which each key of a TOML document stands.

The standard library's parser keeps no positions. This scanner runs only when somebody asks for an origin, only on
text that the parser has accepted, and so needs to tell keys from values, not right from wrong.
"""

import re
import tomllib
from typing import Final

Path = tuple[str, ...]

_BLANK: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE: Final = re.compile(r"[ \t]*")
_PART: Final = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_KEY: Final = re.compile(rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*")
_STRING: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")|' + r"'''.*?'{3,5}(?!')|" + r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'",
    re.DOTALL,
)
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
# Most of a file: a bare key and a value on one line, without anything that could hold a key.
_SIMPLE_PAIR: Final = re.compile(
    r"([A-Za-z0-9_-]+)[ \t]*=[ \t]*"
    r"""(?:[^\s"'\[{#][^#\n]*|"[^"\\\n]+"|'[^'\n]+')[ \t]*(?:#[^\n]*)?(?=\r?\n|\Z)"""
)
_BARE: Final = re.compile(r"[^,\]}#\r\n]*")


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.counted = 0
        self.newlines = 0
        self.lines: dict[Path, int] = {}
        self.array_tables: dict[Path, int] = {}

    def skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            return ""
        self.at = match.end()
        return match.group()

    def line(self) -> int:
        # Lines are asked for in rising order.
        self.newlines += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.newlines + 1

    def key(self) -> Path:
        text = self.skip(_KEY)
        if _BARE_KEY.fullmatch(text):
            return (text,)
        # The parser itself decodes quotes and escapes: it nests one table per part.
        table = tomllib.loads(f"{text} = 0")
        parts: list[str] = []
        node: object = table
        while isinstance(node, dict):
            (part, node), *_ = node.items()
            parts.append(part)
        return tuple(parts)

    def record(self, base: Path, key: Path, line: int) -> Path:
        for length in range(1, len(key) + 1):
            self.lines.setdefault(base + key[:length], line)
        return base + key

    def document(self) -> None:
        table: Path = ()
        while True:
            self.skip(_BLANK)
            if self.at >= len(self.text):
                return
            if self.text[self.at] == "[":
                table = self.header()
            elif (simple := _SIMPLE_PAIR.match(self.text, self.at)) is not None:
                self.lines.setdefault((*table, simple[1]), self.line())
                self.at = simple.end()
            else:
                self.pair(table)

    def header(self) -> Path:
        line = self.line()
        is_array = self.text.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        self.skip(_SPACE)
        path = self.resolved(self.key())
        if is_array:
            index = self.array_tables.get(path, -1) + 1
            self.array_tables[path] = index
            self.record((), path, line)
            path = (*path, str(index))
        self.record((), path, line)
        self.skip(_SPACE)
        self.at += 2 if is_array else 1
        return path

    def resolved(self, key: Path) -> Path:
        # A header below an array of tables means that array's newest element.
        path: Path = ()
        for number, part in enumerate(key, start=1):
            path = (*path, part)
            if number < len(key) and path in self.array_tables:
                path = (*path, str(self.array_tables[path]))
        return path

    def pair(self, table: Path) -> None:
        line = self.line()
        path = self.record(table, self.key(), line)
        self.skip(_SPACE)
        self.at += 1  # the equals sign
        self.skip(_SPACE)
        self.value(path)

    def value(self, path: Path) -> None:
        first = self.text[self.at]
        if first in "\"'":
            self.skip(_STRING)
        elif first == "[":
            self.array(path)
        elif first == "{":
            self.inline_table(path)
        else:
            self.skip(_BARE)

    def array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while True:
            self.skip(_BLANK)
            if self.text[self.at] == "]":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            if self.text[self.at] == "{":
                self.lines[*path, str(index)] = self.line()
            self.value((*path, str(index)))
            index += 1

    def inline_table(self, path: Path) -> None:
        self.at += 1
        while True:
            self.skip(_BLANK)
            if self.text[self.at] == "}":
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self.pair(path)


def key_lines(text: str) -> dict[Path, int]:
    """Return the line, counted from 1, on which each key and table of a valid TOML document first stands.

    Elements of arrays appear as their index in the path where they are tables.
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines
