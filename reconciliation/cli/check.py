"""`recon check`: are the settings usable?"""

import json
import sys
from typing import Any

import click

from reconciliation.cli.options import settings_options
from reconciliation.layers.problems import SettingsError, printable
from reconciliation.settings import Settings


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print data instead of text.")
@click.option("--strict", is_flag=True, help="Exit 1 when there are warnings.")
@settings_options
def command(settings: Settings | SettingsError, *, as_json: bool, strict: bool) -> None:
    """Resolve and validate the settings: exit 0 when they are usable, 2 with every mistake when not.

    \b
      recon check --preset aggressive --env-file production.env --strict
    """  # noqa: D301 - click reads the backspace
    warnings = () if isinstance(settings, SettingsError) else settings.warnings
    if as_json:
        click.echo(json.dumps(as_data(settings), indent=2))
    elif isinstance(settings, SettingsError):
        click.echo(settings.text(blocks=sys.stdout.isatty()))
    else:
        for warning in warnings:
            click.echo(f"warning: {warning}")
        where = printable(str(settings.settings_dir))
        click.echo(f"fine: preset {settings.preset}, fingerprint {settings.fingerprint}, from {where}")
    if isinstance(settings, SettingsError):
        raise SystemExit(2)
    raise SystemExit(1 if strict and warnings else 0)


def as_data(settings: Settings | SettingsError) -> dict[str, Any]:
    """Return the verdict as the stable `--json` form; preset and fingerprint are null when there is no verdict."""
    if isinstance(settings, SettingsError):
        problems = [problem.data() for problem in settings.problems]
        return {
            "ok": False, "preset": None, "fingerprint": None, "problems": problems, "warnings": [], "findings": []
        }  # fmt: skip
    return {
        "ok": True,
        "preset": settings.preset,
        "fingerprint": settings.fingerprint,
        "problems": [],
        "warnings": list(settings.warnings),
        "findings": [],
    }
