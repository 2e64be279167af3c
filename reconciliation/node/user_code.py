"""Calling a user's own code: what goes wrong in it is told with its file and line, and is the user's to cure."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reconciliation.engine.builder import NodeBuilder
from reconciliation.engine.user_code import place_in
from reconciliation.errors import ReconError
from reconciliation.node.errors import ConfigureError
from reconciliation.settings.urls import said

Configure = Callable[[NodeBuilder], Any]


def called_with_builder(configure: object, builder: NodeBuilder) -> None:
    """Let a user's function add what a node is to be made of.

    Raises:
        ConfigureError: it is no function of one argument, it failed, or it returns what nobody reads.
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
        returned = configure(builder)
    except SystemExit:
        raise ConfigureError(f"{name} ends the process", "have it add to the builder and return", where) from None
    except ConfigureError:  # of a function that this one calls in turn, and named by it
        raise
    except ReconError as error:
        raise ConfigureError(f"{name} failed: {error} {place_in(error)}".rstrip()) from error
    except Exception as error:
        reason = said(error)
        raise ConfigureError(f"{name} failed: {type(error).__name__}: {reason} {place_in(error)}".rstrip()) from error
    if returned is not None and returned is not builder:
        what = f"{name} returns what nobody reads, of type {type(returned).__name__}"
        raise ConfigureError(what, "have it add to the builder", where)


def _definition(thing: object) -> str:
    """Return `FILE:LINE` where something is defined; empty where that is not known."""
    try:
        file, (_, line) = inspect.getsourcefile(thing), inspect.getsourcelines(thing)  # type: ignore[arg-type]
    except (TypeError, OSError):
        return ""
    return f"{Path(file).name}:{line}" if file else ""
