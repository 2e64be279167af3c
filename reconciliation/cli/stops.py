"""Ending a command that a signal stops before its node can handle one."""

from collections.abc import Callable

import click

from reconciliation.node.signals import StopRequestedError, stoppable


def unless_stopped(body: Callable[[], int], code: int) -> int:
    """Run a command's body and return its exit code, or `code` when a signal stops it; everything unwinds first."""
    try:
        with stoppable():
            return body()
    except StopRequestedError as stop:
        click.echo(f"stopped by {stop} while starting", err=True)
        return code
