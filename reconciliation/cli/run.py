"""`recon run`: boot a node, reconcile and watch."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from reconciliation.cli.options import settings_options, usable
from reconciliation.cli.stops import unless_stopped
from reconciliation.cli.targets import named_object
from reconciliation.layers.problems import SettingsError
from reconciliation.settings import Settings


@click.command("run")
@click.argument("target", metavar="[MODULE:FUNCTION]", required=False)
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep an embedded venue and cache here; without it they are temporary.",
)
@settings_options
def command(settings: Settings | SettingsError, target: str | None, data_dir: Path | None) -> None:
    """Boot a node from the settings, reconcile, and watch until SIGTERM or Ctrl-C.

    MODULE:FUNCTION names a function that receives the builder before the node is constructed and adds strategies,
    actors and clients. Without it the node only reconciles and watches.

    Without a venue and a cache in the settings, an embedded venue and an embedded cache are started.
    """
    resolved = usable(settings)
    configure = named_function(target) if target else None

    def body() -> int:
        from reconciliation.cli import nodes  # the engine loads only here

        return nodes.run(resolved, configure, data_dir)

    raise SystemExit(unless_stopped(body, code=0))


def named_function(target: str) -> Callable[[Any], None]:
    """Return the function that MODULE:FUNCTION names.

    Raises:
        click.UsageError: there is none.
    """
    found = named_object(target)
    if not callable(found):
        raise click.UsageError(f"'{target}' is no function")
    function: Callable[[Any], None] = found
    return function
