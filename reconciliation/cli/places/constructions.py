"""Where code that runs meanwhile constructs objects of some of the engine's classes.

Python itself tells of each call, so that nothing of the classes or of the code is replaced.
"""

import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType
from typing import Any, Final

from msgspec import Struct

from reconciliation.engine.user_code import is_the_users

_TOOLS: Final = 6
"""Python has so many numbers for those that watch; a debugger or a profiler holds one."""
_BUILT_IN: Final = "builtins"
_ENGINE: Final = "nautilus_trader."
"""Where the classes are; those of the user's own may be called alike."""


class Construction(Struct, frozen=True):
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
    """Yield a collection that grows with each construction, in the user's own code, of a class or a subclass of it.

    Args:
        kinds: the classes' names.
    """
    found: dict[Construction, None] = {}
    folder = Path.cwd()  # the code may go elsewhere
    watching = sys.monitoring
    tool = next((number for number in reversed(range(_TOOLS)) if watching.get_tool(number) is None), None)
    if tool is None:
        yield ()
        return

    def hear(code: CodeType, offset: int, called: object, _: object) -> Any:
        if not isinstance(called, type) or called.__module__ == _BUILT_IN:
            return watching.DISABLE  # of this place in the code, so that what runs often costs nothing
        kind = _kind(called, kinds)
        if kind and is_the_users(code.co_filename) and (span := _span(code, offset)):
            found[Construction(kind, str(folder / code.co_filename), *span)] = None
        return None

    watching.use_tool_id(tool, "recon")
    watching.register_callback(tool, watching.events.CALL, hear)
    watching.set_events(tool, watching.events.CALL)
    watching.restart_events()
    try:
        yield found.keys()
    finally:
        watching.set_events(tool, watching.events.NO_EVENTS)
        watching.free_tool_id(tool)


def _kind(called: type, kinds: Collection[str]) -> str:
    """Return which of the classes it is, or is made from; empty where it is none of them."""
    bases = (base for base in called.__mro__ if base.__name__ in kinds)
    return next((base.__name__ for base in bases if str(base.__module__).startswith(_ENGINE)), "")


def _span(code: CodeType, offset: int) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Return start and end of a call; None where Python was told to keep no columns."""
    line, end_line, column, end_column = list(code.co_positions())[offset // 2]
    if line is None or end_line is None or column is None or end_column is None:
        return None
    return (line, column), (end_line, end_column)
