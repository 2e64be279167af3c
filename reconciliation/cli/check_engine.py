"""`recon check --engine`: a hand-written engine configuration, judged by the rules."""

import json
import os
from collections.abc import Iterator, Mapping
from inspect import iscoroutinefunction
from typing import Any, Final

import click
from pydantic import ValidationError

from reconciliation.cli.options import overrides_of
from reconciliation.cli.stdout import stdout_for_data
from reconciliation.cli.targets import called, named_object
from reconciliation.cli.verdict import as_data, counted, exit_code, findings_lines
from reconciliation.engine.errors import NotAConfigError
from reconciliation.engine.generation import generation
from reconciliation.errors import ExitCode
from reconciliation.layers import known
from reconciliation.layers.environment import EnvironmentLayer
from reconciliation.layers.origins import LayerOrigins
from reconciliation.layers.overrides import OverrideLayer
from reconciliation.layers.problems import SettingsError, printable
from reconciliation.layers.refusals import problems_of
from reconciliation.layers.setting import variable_of
from reconciliation.rules.check import check, refusals
from reconciliation.rules.finding import Finding
from reconciliation.rules.subject import FACTS, Subject
from reconciliation.settings import Settings

_OURS: Final = {"preset": "--preset", "settings_dir": "--settings-dir", "env_file": "--env-file"}


def run(target: str, *, as_json: bool, strict: bool) -> int:
    """Judge what MODULE:OBJECT names; return the exit code.

    Raises:
        click.UsageError: there is nothing to judge, or an option does not go with it.
    """
    given: dict[str, Any] = click.get_current_context().params
    for name, option in _OURS.items():
        if given.get(name) is not None:
            raise click.UsageError(f"{option} does not go with --engine, which reads no settings of recon's")
    try:
        facts, origins = _facts(given["assignments"])
    except SettingsError as error:
        click.echo(json.dumps(as_data(error, ()), indent=2) if as_json else str(error))
        return ExitCode.UNUSABLE
    with stdout_for_data() as stdout, generation().no_nodes():
        subject = _subject(target, facts, origins)
        findings = check(subject)
        told = [json.dumps(_data(findings), indent=2)] if as_json else _lines(target, subject, findings)
        for line in told:
            click.echo(line, file=stdout)
    return exit_code(findings, strict=strict)


def _subject(target: str, facts: Settings, origins: Mapping[str, str]) -> Subject:
    found = named_object(target)
    for _ in range(2):
        try:
            return generation().subject_of_engine(found, facts, origins, target)
        except NotAConfigError as error:
            if isinstance(found, type) or not callable(found) or iscoroutinefunction(found):
                raise click.UsageError(f"'{target}' {error}") from None
            found = called(target, found)
    raise click.UsageError(f"'{target}' returns a function, not a configuration")


def _facts(assignments: tuple[str, ...]) -> tuple[Settings, Mapping[str, str]]:
    """Return the facts that the command line and the environment give over the models' defaults, and their origins.

    Raises:
        SettingsError: one is unusable.
        click.UsageError: an assignment is no fact.
    """
    overrides = overrides_of(assignments)
    for key in overrides:
        if key not in FACTS:
            raise click.UsageError(
                f"--set {printable(key)} is no fact that --engine takes; there are: {', '.join(FACTS)}"
            )
    variables = {variable_of(tuple(key.split("."))) for key in FACTS}
    # Other settings of recon's do not matter here; a name that is none of them is a slip.
    ours = set(known.variables()) - variables
    env = {name: value for name, value in os.environ.items() if name not in ours}
    layers = (OverrideLayer(overrides), EnvironmentLayer(env))
    problems = [problem for layer in layers for problem in layer.problems]
    try:
        facts = Settings(_build_sources=(layers, {}))
    except ValidationError as error:
        raise SettingsError([*problems, *problems_of(error, layers)]) from None
    if problems:
        raise SettingsError(problems)
    return facts, LayerOrigins(facts, layers)


def _data(findings: tuple[Finding, ...]) -> dict[str, Any]:
    """Return the verdict in the form of `recon check --json`; there is no preset and no fingerprint."""
    return {
        "ok": not refusals(findings),
        "preset": None,
        "fingerprint": None,
        "problems": [],
        "warnings": [],
        "findings": [finding.data() for finding in findings],
        "accepted": [finding.id for finding in findings if finding.accepted],
    }


def _lines(target: str, subject: Subject, findings: tuple[Finding, ...]) -> Iterator[str]:
    what = "TradingNodeConfig" if subject.whole_node else "LiveExecEngineConfig"
    venues = ", ".join(dict.fromkeys(client.venue for client in subject.clients))
    assumed = " (assumed; --set venue.name=BYBIT says otherwise)" if subject.assumed_venue else ""
    yield f"{target}, a {what} at {venues}{assumed} with stock clients:" + (
        f" {counted(findings)}" if findings else " nothing found"
    )
    yield from findings_lines(findings)
    yield ""
    rule = f"`recon rules {findings[0].id}` tells a rule whole; " if findings else ""
    yield f"next: {rule}tell facts about node and venue with --set, such as --set facts.symbols=20"
