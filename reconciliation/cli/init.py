"""`recon init`: settings of one's own to start from."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import click

from reconciliation.cli.env import example_lines
from reconciliation.errors import ExitCode
from reconciliation.layers.problems import printable
from reconciliation.layers.schema import SCHEMA_FILE, toml_schema
from reconciliation.layers.settings_folder import DEFAULT_FILE, shipped_settings

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
@click.option(
    "--from",
    "script",
    metavar="PATH|MODULE",
    help="Write what a script gives its node as a preset of its own; the script is run as by recon check --script.",
)
@click.option(
    "--call", metavar="EXPRESSION", help="With --from: what this returns in the script, in place of running it."
)
@click.argument("args", nargs=-1, type=click.UNPROCESSED, metavar="[-- ARGS]...")
def command(directory: Path, script: str | None, call: str | None, args: tuple[str, ...]) -> None:
    """Write a settings folder, .env.example and a note to DIRECTORY; nothing that exists is overwritten.

    \b
      recon init .
      recon init node --from my_node.py -- --symbol BTCUSDT
    """  # noqa: D301 - click reads the backspace
    if script is None:
        if args or call is not None:
            raise click.UsageError("--call goes with --from" if call else f"arguments go with --from: {' '.join(args)}")
        write(directory, dict(files()))
        return
    from reconciliation.cli import init_from  # the engine loads only here

    init_from.refuse_what_is_there(directory)
    preset = init_from.preset_from(script, args, call or "")
    written = write(directory, dict(files()) | init_from.files_of(preset))
    for line in init_from.told(preset, directory, default_written=f"settings/{DEFAULT_FILE}" in written):
        click.echo(line)


def write(directory: Path, texts: Mapping[str, str]) -> set[str]:
    """Write files that are not there yet, and tell of each; return the names of those that were written.

    Raises:
        SystemExit: one cannot be written.
    """
    written = set()
    for name, text in texts.items():
        target = directory / name
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            is_new = _written(target, text)
        except OSError as error:
            click.echo(
                printable(
                    f"{target}: cannot be written: {(error.strerror or str(error)).lower()}; choose another folder"
                ),
                err=True,
            )
            raise SystemExit(ExitCode.UNUSABLE) from None
        click.echo(printable(f"{'written' if is_new else 'kept':<7}  {target}"))
        written |= {name} if is_new else set()
    return written


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
