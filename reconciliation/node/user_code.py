"""Calling a user's own code: what goes wrong in it is told with its file and line, and is the user's to cure."""

import inspect
import os
import sysconfig
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from reconciliation.engine.builder import NodeBuilder
from reconciliation.errors import ReconError
from reconciliation.node.errors import ConfigureError
from reconciliation.settings.urls import without_user_info

Configure = Callable[[NodeBuilder], Any]

_PACKAGE: Final = Path(__file__).resolve().parents[1]
_EXAMPLES: Final = f"{_PACKAGE / 'strategies'}{os.sep}"
_NOT_THE_USERS: Final = (f"{_PACKAGE}{os.sep}", f"{sysconfig.get_path('stdlib')}{os.sep}", "<")
_ENGINE: Final = f"{os.sep}nautilus_trader{os.sep}"


def place_in(error: BaseException) -> str:
    """Return `(FILE:LINE)` of the last line of the user's own code that an error passed; empty where it passed none."""
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if _is_the_users(frame.filename)]
    return f"({Path(own[-1].filename).name}:{own[-1].lineno})" if own else ""


def _is_the_users(file: str) -> bool:
    """Whether code is the user's, installed or not; the standard library holds what is installed too."""
    if "site-packages" in file:
        return _ENGINE not in file and not file.startswith(f"{_PACKAGE}{os.sep}")
    return file.startswith(_EXAMPLES) or not file.startswith(_NOT_THE_USERS)


def called_with_builder(configure: object, builder: NodeBuilder) -> None:
    """Let a user's function add what a node is to be made of.

    Raises:
        ConfigureError: it is no function of one argument, or it failed.
    """
    name = getattr(configure, "__qualname__", "what was named")
    where = _definition(configure)
    wanted = "name a function that takes one argument, the builder"
    if isinstance(configure, type) or not callable(configure):
        what = "a class" if isinstance(configure, type) else f"of type {type(configure).__name__}"
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
    except ConfigureError:  # of a function that this one calls in turn, and named by it
        raise
    except ReconError as error:
        raise ConfigureError(f"{name} failed: {error} {place_in(error)}".rstrip()) from error
    except Exception as error:
        reason = without_user_info(" ".join(str(error).split()))
        raise ConfigureError(f"{name} failed: {type(error).__name__}: {reason} {place_in(error)}".rstrip()) from error


def _definition(thing: object) -> str:
    """Return `FILE:LINE` where something is defined; empty where that is not known."""
    try:
        file, (_, line) = inspect.getsourcefile(thing), inspect.getsourcelines(thing)  # type: ignore[arg-type]
    except (TypeError, OSError):
        return ""
    return f"{Path(file).name}:{line}" if file else ""
