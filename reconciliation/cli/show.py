"""`recon show`: every effective value and where it came from."""

import json
from typing import Any

import click

from reconciliation.cli.options import settings_options, usable
from reconciliation.layers.problems import SettingsError
from reconciliation.settings import Settings


@click.command("show")
@click.option("--json", "as_json", is_flag=True, help="Print data instead of a table.")
@settings_options
def command(settings: Settings | SettingsError, *, as_json: bool) -> None:
    """Print every effective value with its origin; secrets are masked."""
    resolved = usable(settings)
    if as_json:
        click.echo(json.dumps(as_data(resolved), indent=2))
        return
    rows = [("key", "value", "origin"), *_rows(resolved)]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    click.echo(f"preset {resolved.preset}, fingerprint {resolved.fingerprint}, from {resolved.settings_dir}\n")
    for key, value, origin in rows:
        click.echo(f"{key:<{widths[0]}}  {value:<{widths[1]}}  {origin}".rstrip())


def as_data(settings: Settings) -> dict[str, Any]:
    """Return the settings as the stable `--json` form."""
    return {
        "preset": settings.preset,
        "settings_dir": str(settings.settings_dir),
        "fingerprint": settings.fingerprint,
        "values": settings.masked(),
        "origins": dict(settings.origins),
    }


def _rows(settings: Settings) -> list[tuple[str, str, str]]:
    values = settings.masked()
    rows: list[tuple[str, str, str]] = []
    for key, origin in settings.origins.items():
        node: Any = values
        if key == "preset":
            continue
        for part in _path(key):
            node = node[part]
        rows.append((key, _text(node), origin))
    return rows


def _path(key: str) -> list[str]:
    return key.split(".")


def _text(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or "(empty)"
    return str(value).lower() if isinstance(value, bool) else str(value)
