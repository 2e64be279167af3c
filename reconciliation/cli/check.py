"""`recon check`: are the settings usable?"""

import os
from pathlib import Path

import click

from reconciliation.cli.formats.form import Form, form_option, tell
from reconciliation.cli.options import settings_options
from reconciliation.cli.settings_verdict import SettingsVerdict
from reconciliation.layers.problems import SettingsError
from reconciliation.layers.settings_folder import settings_directory
from reconciliation.rules.check import check
from reconciliation.rules.subject import Subject, subject_of
from reconciliation.settings import Settings


@click.command("check")
@form_option
@click.option("--strict", is_flag=True, help="Exit 1 when there are warnings.")
@click.option(
    "--engine",
    metavar="MODULE:OBJECT",
    help="Judge a hand-written LiveExecEngineConfig or TradingNodeConfig, or a function that returns one.",
)
@click.option(
    "--script",
    metavar="PATH|MODULE",
    help="Judge what a script gives its nodes; it is run until they would begin to live, with what follows -- as its"
    " arguments.",
)
@click.option(
    "--call", metavar="EXPRESSION", help="Judge what this returns in the script, as in 'make(symbol=\"BTC\")'."
)
@click.argument("args", nargs=-1, type=click.UNPROCESSED, metavar="[-- ARGS]...")
@settings_options
def command(  # noqa: PLR0913 - an argument an option
    settings: Settings | SettingsError,
    engine: str | None,
    script: str | None,
    call: str | None,
    args: tuple[str, ...],
    *,
    form: Form,
    strict: bool,
) -> None:
    """Resolve and judge the settings: exit 0 when they are usable, 2 with every problem when not.

    \b
      recon check --preset conservative --env-file production.env --strict
      recon check --script my_node.py -- --symbol BTCUSDT

    With --script or --engine nothing of recon's own settings is read: a hand-written configuration is judged by the
    same rules. The facts that it cannot hold come from --set, RECON_FACTS_* and RECON_NODE_*, as in
    --set facts.symbols=20. A script is run in a process of its own, without stdin, and reaches this machine only.
    """  # noqa: D301 - click reads the backspace
    if script is None and (args or call is not None):
        raise click.UsageError("--call goes with --script" if call else f"arguments go with --script: {' '.join(args)}")
    if script is not None:
        if engine is not None:
            raise click.UsageError("--engine does not go with --script")
        from reconciliation.cli import check_script  # the engine loads only here

        raise SystemExit(check_script.run(script, args, call or "", form=form, strict=strict))
    if engine is not None:
        from reconciliation.cli import check_engine  # the engine loads only here

        raise SystemExit(check_engine.run(engine, form=form, strict=strict))
    findings = () if isinstance(settings, SettingsError) else check(_subject(settings))
    verdict = SettingsVerdict(settings, findings, _folder(settings))
    tell(verdict, form)
    raise SystemExit(verdict.code(strict=strict))


def _folder(settings: Settings | SettingsError) -> Path | None:
    """Return the folder of the settings' files, of unusable settings too."""
    if isinstance(settings, Settings):
        return settings.settings_dir
    named = click.get_current_context().params["settings_dir"]
    try:
        return settings_directory(named, os.environ)
    except SettingsError:
        return None


def _subject(settings: Settings) -> Subject:
    """Return what is judged; the engine, and what the settings name, load only where they name anything."""
    if not settings.has_engine_parts:
        return subject_of(settings)
    from reconciliation.engine.generation import generation
    from reconciliation.engine.on_paper import subject_on_paper

    with generation().no_nodes():
        return subject_on_paper(settings)
