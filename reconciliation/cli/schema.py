"""`recon schema`: the JSON Schema of the TOML files."""

import json

import click

from reconciliation.layers.schema import toml_schema


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of default.toml and the preset files; editors complete and check with it."""
    click.echo(json.dumps(toml_schema(), indent=2))
