"""`recon reconcile`: what would my node believe if it started now?"""

from pathlib import Path

import click

from reconciliation.cli.failures import until_stopped
from reconciliation.cli.options import settings_options, usable
from reconciliation.errors import ExitCode
from reconciliation.layers.problems import SettingsError
from reconciliation.node.signals import StopRequest
from reconciliation.settings import Settings


@click.command("reconcile")
@click.option("--apply", "apply", is_flag=True, help="Work on the cache itself instead of a copy.")
@click.option("--json", "as_json", is_flag=True, help="Print data instead of a table; stdout holds nothing else.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep an embedded venue and cache here; without it they are temporary.",
)
@settings_options
def command(settings: Settings | SettingsError, *, apply: bool, as_json: bool, data_dir: Path | None) -> None:
    """Boot a node on a copy of its cache, reconcile once, and report: exit 0 only without differences.

    Nothing is touched: the trader's keys are copied to an embedded Valkey first, and no user stream is opened at the
    venue. With --apply the cache itself is reconciled.
    """
    resolved = usable(settings)

    def body(stop: StopRequest) -> int:
        from reconciliation.cli import nodes  # the engine loads only here

        return nodes.reconcile(resolved, stop, apply=apply, as_json=as_json, data_dir=data_dir)

    raise SystemExit(until_stopped(body, code=ExitCode.NOT_FINE))
