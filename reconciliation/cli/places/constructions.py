"""Where code that runs meanwhile constructs objects of some classes.

Python itself tells of each call, so that nothing of the classes or of the code is replaced.
"""

import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

from reconciliation.engine.user_code import is_the_users

_TOOL: int = 4
"""Python has six numbers for those that watch; debuggers, coverage and profilers have names for others."""


@dataclass(frozen=True, slots=True)
class Construction:
    """One call that constructs an object, however often it ran.

    Attributes:
        kind: the name of the class, one of those that were watched for.
        file: the whole path.
        start: line, counted from 1, and column in bytes, counted from 0, as Python's syntax trees have it.
        end: likewise.
    """

    kind: str
    file: str
    start: tuple[int, int]
    end: tuple[int, int]


@contextmanager
def constructions(kinds: Collection[str]) -> Iterator[Collection[Construction]]:
    """Yield a collection that grows with each construction of a class in the user's own code, or of a subclass.

    Args:
        kinds: the classes' names.
    """
    found: dict[Construction, None] = {}
    folder = Path.cwd()  # the code may go elsewhere
    watching = sys.monitoring

    def hear(code: CodeType, offset: int, called: object, _: object) -> Any:
        if not isinstance(called, type):
            return watching.DISABLE  # of this place in the code, so that what runs often costs nothing
        kind = next((base.__name__ for base in called.__mro__ if base.__name__ in kinds), None)
        if kind is not None and is_the_users(code.co_filename):
            line, end_line, column, end_column = list(code.co_positions())[offset // 2]
            if line is not None and end_line is not None and column is not None and end_column is not None:
                file = str(folder / code.co_filename)
                found[Construction(kind, file, (line, column), (end_line, end_column))] = None
        return None

    watching.use_tool_id(_TOOL, "recon")
    watching.register_callback(_TOOL, watching.events.CALL, hear)
    watching.set_events(_TOOL, watching.events.CALL)
    try:
        yield found.keys()
    finally:
        watching.set_events(_TOOL, watching.events.NO_EVENTS)
        watching.free_tool_id(_TOOL)
