"""What MODULE:OBJECT on a command line names."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import click

from reconciliation.engine.user_code import imported, loaded_from, place_in, stdout_to_stderr
from reconciliation.layers.problems import printable
from reconciliation.settings.urls import said


def named_object(target: str) -> Any:
    """Return the object that MODULE:OBJECT or FILE:OBJECT names; a module is one of this folder, or installed.

    What the module prints goes to stderr.

    Raises:
        click.UsageError: there is none.
    """
    module_name, colon, name = target.rpartition(":")
    if not colon or not module_name or not name:
        raise click.UsageError(f"'{printable(target)}' is not MODULE:OBJECT, as in my_node:configure for my_node.py")
    if module_name.endswith(".py"):
        if not (path := Path(module_name)).is_file():
            raise click.UsageError(f"'{printable(target)}': there is no such file")
        module = _run_user_code(target, lambda: _imported(target, path.stem, lambda: loaded_from(path)))
    else:
        module = _run_user_code(target, lambda: _imported(target, module_name, lambda: imported(module_name)))
    if not hasattr(module, name):
        raise click.UsageError(f"'{target}': {module_name} has no {name}")
    return getattr(module, name)


def called(target: str, function: Callable[[], Any]) -> Any:
    """Return what a function that a target named returns.

    Raises:
        click.UsageError: it fails.
    """
    with stdout_to_stderr():
        return _run_user_code(target, function)


def _imported(target: str, module_name: str, load: Callable[[], ModuleType]) -> Any:
    try:
        return load()
    except ModuleNotFoundError as error:
        if error.name in {module_name, module_name.partition(".")[0]}:
            raise click.UsageError(f"'{target}': {error}; run from the folder that holds the module") from None
        raise click.UsageError(f"'{target}': {error}, which {module_name} imports; install it") from None


def _run_user_code(target: str, body: Callable[[], Any]) -> Any:
    """Run code of the user's; turn whatever goes wrong in it into wrong usage."""
    try:
        return body()
    except click.UsageError:
        raise
    except SystemExit:
        raise click.UsageError(
            f"'{target}': it ends the process; put what runs the node under: if __name__ == '__main__'"
        ) from None
    except Exception as error:  # noqa: BLE001 - it is the user's code
        reason = said(error)
        place = "" if isinstance(error, SyntaxError) else f" {place_in(error)}".rstrip()
        raise click.UsageError(printable(f"'{target}': {type(error).__name__}: {reason}{place}")) from None
