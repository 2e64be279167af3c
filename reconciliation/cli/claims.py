"""`recon claims`: whose is an order that somebody else placed?"""

from pathlib import Path

import click

from reconciliation.cli.failures import with_failures_shown
from reconciliation.cli.options import settings_options, usable
from reconciliation.cli.targets import named_object
from reconciliation.layers.problems import SettingsError
from reconciliation.settings import Settings


@click.command("claims")
@click.argument("target", metavar="[MODULE:FUNCTION]", required=False)
@click.option("--reown", is_flag=True, help="Give the orders that a claim came too late for to who claims them.")
@click.option(
    "--copy", type=click.Path(path_type=Path, dir_okay=False), help="Where --reown keeps what it changes; a new file."
)
@click.option(
    "--restore", type=click.Path(path_type=Path, dir_okay=False), help="Put back what --reown kept in a file."
)
@click.option("--json", "as_json", is_flag=True, help="Print data instead of text.")
@settings_options
def command(  # noqa: PLR0913 - click's signature
    settings: Settings | SettingsError,
    target: str | None,
    *,
    reown: bool,
    copy: Path | None,
    restore: Path | None,
    as_json: bool,
) -> None:
    """Say who would own an order that the node finds at the venue and did not place, per instrument, and why.

    Also the open orders that the cache holds as EXTERNAL though a strategy claims them: the engine gives an order to a
    claim when it first sees it, and never later. --reown gives them to who claims them, while no node runs. A claim
    covers orders, and not the position that their fills open.

    MODULE:FUNCTION is what `recon run` is given; what its strategies claim in their own configuration counts too.

    Exit codes: 0; 1 where such orders are left, or two strategies claim one instrument.
    """
    resolved = usable(settings)
    if restore is not None and (reown or copy is not None or target is not None):
        raise click.UsageError("--restore goes with no other option of this command")
    if copy is not None and not reown:
        raise click.UsageError("--copy goes with --reown")
    from reconciliation.cli import claiming  # the engine loads only here

    def body() -> int:
        if restore is not None:
            return claiming.restored(resolved, restore, as_json=as_json)
        configure = named_object(target) if target else None
        return claiming.told(resolved, configure, reown=reown, copy=copy, as_json=as_json)

    raise SystemExit(with_failures_shown(body))
