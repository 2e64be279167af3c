"""`recon demo`: watch a node reconcile, be killed, come back and recover."""

import click

from reconciliation.cli.failures import until_stopped
from reconciliation.errors import ExitCode
from reconciliation.node.signals import StopRequest


@click.command("demo")
def command() -> None:
    """Run a real node against a local venue: cold boot, SIGKILL, warm boot, third boot; under a minute.

    Exit 0 only if venue and node agree at every step.
    """

    def body(stop: StopRequest) -> int:
        from reconciliation.drill.demo import Demo

        return ExitCode.FINE if Demo(click.echo, stop.raise_if_made).run() else ExitCode.NOT_FINE

    raise SystemExit(until_stopped(body, code=ExitCode.NOT_FINE))
