"""`recon check`: are the settings usable?"""

import click

from reconciliation.cli.options import settings_options
from reconciliation.layers.problems import SettingsError
from reconciliation.settings import Settings


@click.command("check")
@settings_options
def command(settings: Settings | SettingsError) -> None:
    """Resolve and validate the settings: exit 0 when they are usable, 2 with every mistake when not."""
    if isinstance(settings, SettingsError):
        for problem in settings.problems:
            click.echo(str(problem))
        raise SystemExit(2)
    click.echo(f"fine: preset {settings.preset}, fingerprint {settings.fingerprint}, from {settings.settings_dir}")
