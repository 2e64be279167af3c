"""`recon presets`: what there is to choose from, side by side."""

import json
import os
from pathlib import Path
from typing import Any

import click

from reconciliation.cli.options import settings_dir_option
from reconciliation.cli.text import colored, table, value_text
from reconciliation.errors import ExitCode
from reconciliation.layers.problems import SettingsError
from reconciliation.layers.resolve import available_presets, load
from reconciliation.layers.schema import SCHEMA_LINE
from reconciliation.layers.settings_folder import settings_directory
from reconciliation.presets import ReconciliationPreset


@click.command("presets")
@click.option("--json", "as_json", is_flag=True, help="Print data instead of a table.")
@settings_dir_option
def command(settings_dir: Path | None, *, as_json: bool) -> None:
    """Show every preset's reconciliation settings side by side; a star marks where they differ.

    A preset of one's own is any other settings/<name>.toml; its first comment line says when to use it.
    """
    values: dict[str, dict[str, Any]] = {}
    try:
        directory = settings_directory(settings_dir, os.environ)
        for name in _in_order(available_presets(directory)):
            settings = load(preset=name, env={}, settings_dir=directory)
            values[name] = settings.reconciliation.model_dump(mode="json")
    except SettingsError as error:
        click.echo(str(error), err=True)
        raise SystemExit(ExitCode.UNUSABLE) from None
    uses = {name: when_to_use(directory / f"{name}.toml") for name in values}
    if as_json:
        data = {name: {"use": uses[name], "reconciliation": values[name]} for name in values}
        click.echo(json.dumps(data, indent=2))
        return
    for line in table(uses.items()):
        click.echo(line)
    click.echo()
    rows = [("", "", *values)]
    keys = next(iter(values.values()), {})
    for key in keys:
        texts = [value_text(preset[key]) for preset in values.values()]
        rows.append(("*" if len(set(texts)) > 1 else "", key, *texts))
    for line in table(rows):
        click.echo(colored(line, bold=True) if line.startswith("*") else line)


def _in_order(names: list[str]) -> list[str]:
    """Return the built-in presets first, from patient to quick."""
    built_in = [preset.value for preset in ReconciliationPreset if preset.value in names]
    return built_in + [name for name in names if name not in built_in]


def when_to_use(file: Path) -> str:
    """Return the first comment line of a preset file."""
    for line in file.read_text("utf-8").splitlines():
        if line.startswith("#") and not line.startswith(SCHEMA_LINE.partition(" ")[0]):
            return line.lstrip("# ").rstrip()
    return ""
