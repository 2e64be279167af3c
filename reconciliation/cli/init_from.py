"""`recon init --from`: settings that equal a configuration written by hand."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from reconciliation.cli.adopted import Adopted, adopted, toml_text
from reconciliation.cli.check_script import at_nodes, notes_on
from reconciliation.cli.script_run import Job
from reconciliation.cli.text import table
from reconciliation.engine.hand_written import HandWritten
from reconciliation.layers.problems import printable
from reconciliation.layers.settings_folder import DEFAULT_FILE, shipped_settings

PRESET: Final = "mine"
"""What the preset is called that is written."""
_NAMED: Final = 'preset = "{}"\n'


def preset_from(script: str, args: tuple[str, ...], call: str) -> Adopted:
    """Run a script until its node would begin to live, and return what becomes of that node's configuration.

    Raises:
        click.UsageError: there is no such script, or it comes to no node, or to several.
    """
    outcome = at_nodes(Job(script, args, call, as_settings=True), "--from")
    found = [HandWritten(**each) for each in outcome.written]
    if len(found) > 1:
        places = ", ".join(each.source for each in found)
        raise click.UsageError(
            printable(f"--from {script}: it comes to {len(found)} of them ({places}), and a preset is one node's;")
            + " --call 'make()' takes what a function of it returns"
        )
    for note in notes_on(script, outcome):
        click.echo(printable(note))
    return adopted(found[0])


def files_of(preset: Adopted) -> dict[str, str]:
    """Return the files that differ from those of a plain `recon init`, by name."""
    default = (shipped_settings() / DEFAULT_FILE).read_text("utf-8")
    return {
        f"settings/{PRESET}.toml": preset.file(),
        f"settings/{DEFAULT_FILE}": default.replace(_NAMED.format("standard"), _NAMED.format(PRESET), 1),
    }


def refuse_what_is_there(directory: Path) -> None:
    """See that there is no such preset yet: what is there is never overwritten, and would be told as what it is not.

    Raises:
        click.UsageError: there is one.
    """
    file = directory / "settings" / f"{PRESET}.toml"
    if file.exists():
        raise click.UsageError(f"{printable(str(file))} is there already; move it away, or choose another folder")


def told(preset: Adopted, directory: Path, *, default_written: bool) -> Iterator[str]:
    """Yield what there is to say of the files: where they differ, what is not as it was, and what is left to do."""
    counts = f"{len(preset.others)} of its {len(preset.values)} values differ"
    yield ""
    yield printable(
        f"{PRESET} says what {preset.written.source} does; the nearest preset is {preset.nearest}, {counts}"
    )
    rows = [(f"  {key}", toml_text(preset.values[key]), f"{toml_text(preset.others[key])}") for key in preset.others]
    yield from table([("  key", PRESET, preset.nearest), *rows] if rows else [])
    yield from _listed("not as it was:", list(preset.untaken.values()))
    yield from _listed("what no setting holds, and where it goes:", list(preset.written.remains))
    if not default_written:
        yield ""
        yield f"the {DEFAULT_FILE} that was there is kept: name the preset there, or set RECON_PRESET={PRESET}"
    yield ""
    yield printable(f"next: recon check --settings-dir {directory / 'settings'}")


def _listed(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield from ("", title)
        yield from (printable(f"  {line}") for line in lines)
