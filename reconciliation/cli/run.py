"""`recon run`: boot a node, reconcile and watch."""

from pathlib import Path

import click

from reconciliation.cli.failures import until_stopped
from reconciliation.cli.options import (
    no_lease_option,
    ready_file_option,
    settings_options,
    usable,
    verbose_option,
    with_ready_file,
    without_lease,
)
from reconciliation.cli.targets import named_object
from reconciliation.collector import undisturbed
from reconciliation.engine.generation import generation
from reconciliation.errors import ExitCode
from reconciliation.layers.problems import SettingsError
from reconciliation.node.signals import StopRequest
from reconciliation.settings import Settings


@click.command("run")
@click.argument("target", metavar="[MODULE:FUNCTION]", required=False)
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep an embedded venue and cache here; without it they are temporary.",
)
@no_lease_option
@ready_file_option
@verbose_option
@settings_options
def command(  # noqa: PLR0913 - an argument an option
    settings: Settings | SettingsError,
    target: str | None,
    data_dir: Path | None,
    ready_file: Path | None,
    *,
    no_lease: bool,
    verbose: bool,
) -> None:
    """Boot a node from the settings, reconcile, and watch until SIGTERM or Ctrl-C.

    MODULE:FUNCTION names a function that receives the builder before the node is constructed and adds strategies,
    actors and clients. Without it the node only reconciles and watches.

    Where the settings name no cache, an embedded one is started; and an embedded venue beside it, where they name no
    venue and no function brings a client.
    """
    resolved = with_ready_file(without_lease(usable(settings), no_lease=no_lease), ready_file)

    def body(stop: StopRequest) -> int:
        with undisturbed():
            from reconciliation.node.one_stream import OneStream

        stream = OneStream(resolved.log, is_verbose=verbose)
        with undisturbed(sets_aside=True):
            from reconciliation.cli import nodes

            try:
                with stop.interrupting():
                    configure = named_object(target) if target else None
                    generation()  # the engine loads here, if not for the user's module
            except click.UsageError as error:
                return nodes.refuse_usage(error, stream)
        return nodes.run(resolved, configure, data_dir, stop, stream)

    raise SystemExit(until_stopped(body, code=ExitCode.FINE))
