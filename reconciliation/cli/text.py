"""How values and tables look on a terminal and in a pipe."""

import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any, Final

import click

from reconciliation.cli.stdout import real_stdout
from reconciliation.layers.problems import SettingsError, printable

_NARROWEST: Final = 24
"""A last column that is narrower is hard to read."""
_BELOW: Final = 6
"""How far what does not fit beside a row is indented below it."""
_USUAL: Final = 80
NOTHING: Final = "none"
WIDEST: Final = 60
"""What one cell longer than this would do to every line is worse than one ragged line."""


def value_text(value: Any) -> str:
    """Return a value as the environment would spell it."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        plain = all(isinstance(item, str) and "," not in item for item in value)
        joined = ",".join(value) if plain else ""
        # What opens with a bracket is read as JSON.
        return joined if joined and not joined.startswith("[") else json.dumps(list(value))
    return json.dumps(value) if isinstance(value, dict) else str(value)


def colored(text: str, **style: Any) -> str:
    """Return the text in color on a terminal that wants it; plain in a pipe and under NO_COLOR."""
    return click.style(text, **style) if real_stdout().isatty() and not os.environ.get("NO_COLOR") else text


def table(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield rows as lines with aligned columns; the last column is ragged, and a cell too long for its column is.

    On a terminal the last column wraps; where too little is left for it, a row goes on below itself.
    """
    wanted = [tuple(map(printable, row)) for row in rows]
    if not wanted:
        return
    lengths = ([len(row[column]) for row in wanted] for column in range(len(wanted[0])))
    widths = [max((length for length in column if length <= WIDEST), default=0) for column in lengths]
    before = sum(width + 2 for width in widths[:-1])
    columns = terminal_columns()
    hanging = before if columns is None or columns - before >= _NARROWEST else _BELOW
    for *row, last in wanted:
        parts: list[str] = []
        for cell, width in zip(row, widths, strict=False):
            padded = f"{cell.ljust(width)}  "
            parts += _parts(padded) if len(cell) > width else [padded]
        yield from _filled([*parts, *_parts(last)], hanging, columns)


def terminal_columns(stream: IO[str] | None = None) -> int | None:
    """Return how wide the terminal is that is written to; None where it is none, and lines stay whole.

    Args:
        stream: what is written to; stdout when absent.
    """
    written = real_stdout() if stream is None else stream
    if not written.isatty():
        return None
    # shutil has this too, and loads three compression modules.
    if (columns := os.environ.get("COLUMNS", "")).isdecimal() and int(columns):
        return int(columns)
    return os.get_terminal_size(written.fileno()).columns or _USUAL


def wrapped(line: str, hanging: int = 2, stream: IO[str] | None = None) -> Iterator[str]:
    """Yield a line as lines that fit the terminal, broken at spaces and after commas; in a pipe it stays whole.

    Args:
        line: it, colored or not.
        hanging: how far the lines below the first are indented.
        stream: what it is written to; stdout when absent.
    """
    text = line.lstrip()
    yield from _filled([line[: len(line) - len(text)], *_parts(text)], hanging, terminal_columns(stream))


def problem_lines(error: SettingsError, stream: IO[str]) -> Iterator[str]:
    """Yield every problem: a line each, or on a terminal blocks that fit it, with the lines that they are about."""
    for line in error.text(blocks=stream.isatty()).splitlines():
        is_excerpt = line.startswith("    ")
        yield from [line] if is_excerpt else wrapped(line, 5, stream)


def _parts(text: str) -> list[str]:
    """Return a text in parts between which it may be broken: after spaces and commas."""
    return re.split(r"(?<=[ ,])(?=[^ ])", text)


def _filled(parts: Sequence[str], hanging: int, columns: int | None) -> Iterator[str]:
    """Yield parts as lines that fit, the further ones indented; as one line where there is no width to fit."""
    lengths = [len(click.unstyle(part).rstrip()) for part in parts]
    if columns is None or sum(len(click.unstyle(part)) for part in parts[:-1]) + lengths[-1] <= columns:
        yield "".join(parts).rstrip()
        return
    below = " " * (hanging if max(lengths) <= columns - hanging else min(hanging, _BELOW))
    line = parts[0]
    for part, length in zip(parts[1:], lengths[1:], strict=True):
        if line.strip() and len(click.unstyle(line)) + length > columns:
            yield line.rstrip()
            line = below
        line += part
    yield line.rstrip()
