"""`recon init`: settings of one's own to start from."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from reconciliation.cli.env import example_lines
from reconciliation.errors import ExitCode
from reconciliation.layers.problems import printable
from reconciliation.layers.schema import SCHEMA_FILE, toml_schema
from reconciliation.layers.settings_folder import shipped_settings

NOTE: Final = """# Settings of this node

`settings/default.toml` is the lowest file, a preset (`settings/<name>.toml`) comes on top, `RECON_*` variables on top
of both. A preset of your own is any new file here; name it with `RECON_PRESET`. Secrets stay in the environment or in
`<NAME>_FILE`, never in these files.

    recon check      # are they usable?
    recon show       # every effective value and where it came from
    recon diff standard @env
    recon claims     # whose is an order that somebody else placed?

Editors that know `#:schema` (tombi, taplo) complete and check these files with `recon.schema.json`.
"""


@click.command("init")
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
def command(directory: Path) -> None:
    """Write a settings folder, .env.example and a note to DIRECTORY; nothing that exists is overwritten."""
    for name, text in files():
        target = directory / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            word = "written" if _written(target, text) else "kept"
        except OSError as error:
            click.echo(
                printable(
                    f"{target}: cannot be written: {(error.strerror or str(error)).lower()}; choose another folder"
                ),
                err=True,
            )
            raise SystemExit(ExitCode.UNUSABLE) from None
        click.echo(printable(f"{word:<7}  {target}"))


def _written(target: Path, text: str) -> bool:
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True


def files() -> Iterator[tuple[str, str]]:
    """Yield the name and text of each file."""
    for file in sorted(shipped_settings().glob("*.toml")):
        yield f"settings/{file.name}", file.read_text("utf-8")
    yield f"settings/{SCHEMA_FILE}", json.dumps(toml_schema(), indent=2) + "\n"
    yield "settings/README.md", NOTE
    yield ".env.example", "\n".join(example_lines()) + "\n"
