"""How a command ends when something went wrong that a user can cure, or when it was told to stop."""

from collections.abc import Callable

import click

from reconciliation.errors import ExitCode, ReconError
from reconciliation.layers.problems import printable
from reconciliation.node.signals import StopRequest, StopRequestedError


def with_failures_shown(body: Callable[[], int]) -> int:
    """Run a command's body; turn a failure that a user can cure into one line on stderr and an exit code."""
    try:
        return body()
    except ReconError as error:
        click.echo(printable(str(error)), err=True)
        return error.exit_code


def until_stopped(body: Callable[[StopRequest], int], *, code: ExitCode) -> int:
    """Run a command's body and return its exit code, or `code` when a signal stops it; everything unwinds first.

    Signals are heard from here to the end of the process, so that none finds the default handler.
    """
    stop = StopRequest()
    stop.hear_signals()
    try:
        return with_failures_shown(lambda: body(stop))
    except StopRequestedError as stopped:
        click.echo(f"stopped by {stopped} while starting", err=True)
        return code
