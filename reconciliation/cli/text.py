"""How values and tables look on a terminal and in a pipe."""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import click

from reconciliation.layers.problems import printable

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
    return click.style(text, **style) if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else text


def table(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield rows as lines with aligned columns; the last column is ragged, and a cell too long for its column is."""
    wanted = [tuple(map(printable, row)) for row in rows]
    if not wanted:
        return
    lengths = ([len(row[column]) for row in wanted] for column in range(len(wanted[0])))
    widths = [max((length for length in column if length <= WIDEST), default=0) for column in lengths]
    for row in wanted:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()
