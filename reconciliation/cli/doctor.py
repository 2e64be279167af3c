"""`recon doctor`: is everything around a node as it should be?"""

import json
import os

import click

from reconciliation.cli.failures import with_failures_shown
from reconciliation.cli.options import settings_options, usable
from reconciliation.layers.problems import SettingsError
from reconciliation.settings import Settings


@click.command("doctor")
@click.argument("target", metavar="[MODULE:FUNCTION]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print data instead of a table; stdout holds nothing else.")
@click.option("--acl", is_flag=True, help="Only print the command that gives a cache's user what a node needs.")
@click.option(
    "--repair", is_flag=True, help="Take out of the cache what ends every boot; a copy goes into a file here."
)
@settings_options
def command(settings: Settings | SettingsError, target: str | None, *, as_json: bool, acl: bool, repair: bool) -> None:
    """Look at settings, cache and venue, and say of each what is found and what to do: exit 0 when nothing fails.

    All checks are made, and nothing is changed. Exit 2 where settings or a rule fail, 3 where cache or venue do.
    MODULE:FUNCTION is what `recon run` is given.
    """
    from reconciliation.cli import doctoring  # the engine loads only here
    from reconciliation.cli.stdout import stdout_for_data

    if acl and repair:
        raise click.UsageError("--acl and --repair do not go together")
    if acl or repair:
        resolved = usable(settings)
        act = doctoring.printed_acl if acl else doctoring.repaired
        raise SystemExit(with_failures_shown(lambda: act(resolved)))
    with stdout_for_data() as stdout:
        examined = doctoring.examined(settings, target)
        columns = os.get_terminal_size(stdout.fileno()).columns if stdout.isatty() else doctoring.WIDTH
        told = json.dumps(examined.data(), indent=2) if as_json else "\n".join(examined.lines(columns))
        click.echo(told, file=stdout)
    raise SystemExit(examined.code)
