"""`recon reconcile`: what would my node believe if it started now?"""

from pathlib import Path
from typing import Any

import click

from reconciliation.cli.failures import until_stopped
from reconciliation.cli.options import settings_options, usable, verbose_option
from reconciliation.cli.stdout import stdout_for_data
from reconciliation.cli.targets import named_object
from reconciliation.errors import ExitCode
from reconciliation.layers.problems import SettingsError
from reconciliation.node.signals import StopRequest
from reconciliation.settings import Settings


@click.command("reconcile")
@click.argument("target", metavar="[MODULE:FUNCTION]", required=False)
@click.option("--apply", "apply", is_flag=True, help="Work on the cache itself instead of a copy.")
@click.option("--json", "as_json", is_flag=True, help="Print data instead of a table; stdout holds nothing else.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep an embedded venue and cache here; without it they are temporary.",
)
@verbose_option
@settings_options
def command(  # noqa: PLR0913 - an argument an option
    settings: Settings | SettingsError,
    target: str | None,
    *,
    apply: bool,
    as_json: bool,
    data_dir: Path | None,
    verbose: bool,
) -> None:
    """Boot a node on a copy of its cache, reconcile once, and report: exit 0 only without differences.

    Nothing is touched: the trader's keys are copied to an embedded Valkey first, and no user stream is opened at the
    venue. With --apply the cache itself is reconciled.

    MODULE:FUNCTION is what `recon run` is given: its clients are asked, and what its strategies claim is theirs; none
    of them is started, and its actors are left out.
    """
    resolved = usable(settings)

    def body(stop: StopRequest) -> int:
        from reconciliation.cli import nodes  # the engine loads only here
        from reconciliation.node.one_stream import OneStream

        with stdout_for_data() as stdout:
            stream = OneStream(resolved.log, only_loud=True, is_verbose=verbose)
            with stop.interrupting():
                configure = named_object(target) if target else None
            told: dict[str, Any] = {"apply": apply, "as_json": as_json, "data_dir": data_dir}
            return nodes.reconcile(resolved, configure, stop, stream=stream, stdout=stdout, **told)

    raise SystemExit(until_stopped(body, code=ExitCode.NOT_FINE))
