"""Calling a user's own code: what goes wrong in it is told with its file and line, and is the user's to cure."""

import inspect
import sysconfig
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from reconciliation.engine.builder import NodeBuilder
from reconciliation.errors import ReconError
from reconciliation.node.errors import ConfigureError

Configure = Callable[[NodeBuilder], Any]

_OURS: Final = str(Path(__file__).resolve().parents[1])
_EXAMPLES: Final = str(Path(_OURS) / "strategies")


def place_in(error: BaseException) -> str:
    """Return `(FILE:LINE)` of the last line of the user's own code that an error passed; empty where it passed none."""
    foreign = (sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), _OURS, "<")
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(_EXAMPLES) or not frame.filename.startswith(foreign)
    ]
    return f"({Path(own[-1].filename).name}:{own[-1].lineno})" if own else ""


def called_with_builder(configure: object, builder: NodeBuilder) -> None:
    """Let a user's function add what a node is to be made of.

    Raises:
        ConfigureError: it is no function of one argument, or it failed.
    """
    name = getattr(configure, "__qualname__", type(configure).__name__)
    where = _definition(configure)
    wanted = "name a function that takes one argument, the builder"
    if isinstance(configure, type) or not callable(configure):
        what = "a class" if isinstance(configure, type) else f"a {type(configure).__name__}"
        raise ConfigureError(f"{name} is {what}, not a function", wanted, where)
    if inspect.iscoroutinefunction(configure):
        raise ConfigureError(f"{name} is a coroutine function, which nobody awaits", wanted, where)
    try:
        inspect.signature(configure).bind(builder)
    except TypeError as error:
        raise ConfigureError(f"{name} cannot be called with the builder: {error}", wanted, where) from None
    except ValueError:
        pass  # a function without a signature, written in C
    try:
        configure(builder)
    except ReconError as error:
        raise ConfigureError(f"{name} failed: {error} {place_in(error)}".rstrip()) from error
    except Exception as error:
        reason = " ".join(str(error).split())
        raise ConfigureError(f"{name} failed: {type(error).__name__}: {reason} {place_in(error)}".rstrip()) from error


def _definition(thing: object) -> str:
    """Return `FILE:LINE` where something is defined; empty where that is not known."""
    try:
        file, (_, line) = inspect.getsourcefile(thing), inspect.getsourcelines(thing)  # type: ignore[arg-type]
    except (TypeError, OSError):
        return ""
    return f"{Path(file).name}:{line}" if file else ""
