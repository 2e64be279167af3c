"""`recon demo`: watch a node reconcile, be killed, come back and recover."""

import click


@click.command("demo")
def command() -> None:
    """Run a real node against a local venue: cold boot, SIGKILL, warm boot, third boot; under a minute.

    Exit 0 only if venue and node agree at every step.
    """
    from reconciliation.drill.demo import Demo
    from reconciliation.drill.processes import ProcessFailedError
    from reconciliation.node.embedded_cache import EmbeddedCacheError
    from reconciliation.node.signals import StopRequestedError, stoppable

    try:
        with stoppable():
            holds = Demo(click.echo).run()
    except StopRequestedError as stop:
        click.echo(f"stopped by {stop}", err=True)
        raise SystemExit(1) from None
    except (ProcessFailedError, EmbeddedCacheError) as error:
        click.echo(str(error), err=True)
        raise SystemExit(1) from None
    raise SystemExit(0 if holds else 1)
