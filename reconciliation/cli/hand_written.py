"""A hand-written engine configuration: the facts it is judged by, the verdict, and how that reads."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import IO, Any, Final, Self

import click
from pydantic import ValidationError

from reconciliation.cli.options import overrides_of
from reconciliation.cli.verdict import as_data, counted, exit_code, findings_lines
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
from reconciliation.rules.subject import FACTS, NothingToJudge
from reconciliation.settings import Settings

WHOLE: Final = "TradingNodeConfig"
"""What a configuration is called that is a whole node's."""
_OURS: Final = {"preset": "--preset", "settings_dir": "--settings-dir", "env_file": "--env-file"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What a configuration of the engine's cannot hold and rules judge it by.

    Attributes:
        settings: that hold them; the rest is not read.
        origins: where each comes from, by dotted key.
    """

    settings: Settings
    origins: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict on one configuration; plain data.

    Attributes:
        source: where the configuration stands, as its user knows it.
        what: its class.
        at: its venues.
        spared: why there was nothing to judge; empty where there was.
        findings: what is wrong with it.
    """

    source: str
    what: str
    at: str
    spared: str
    findings: tuple[Finding, ...]

    def data(self) -> dict[str, Any]:
        """Return it as it can be read again."""
        return asdict(self)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Self:
        """Return what was written."""
        findings = tuple(
            Finding(**each | {key: tuple(each[key]) for key in ("keys", "origins", "assumed")})
            for each in data["findings"]
        )
        return cls(**{**data, "findings": findings})


def given_facts(option: str) -> Facts | SettingsError:
    """Return the facts of the command that runs; see `facts_of`.

    Args:
        option: that asks for them; no other that names settings goes with it.

    Raises:
        click.UsageError: an assignment is no fact, or an option does not go with this one.
    """
    given: dict[str, Any] = click.get_current_context().params
    for name, other in _OURS.items():
        if given.get(name) is not None:
            raise click.UsageError(f"{other} does not go with {option}, which reads no settings of recon's")
    for key in overrides_of(given["assignments"]):
        if key not in FACTS:
            raise click.UsageError(
                f"--set {printable(key)} is no fact that {option} takes; there are: {', '.join(FACTS)}"
            )
    return facts_of(given["assignments"])


def facts_of(assignments: tuple[str, ...]) -> Facts | SettingsError:
    """Return the facts that assignments and the environment give over the models' defaults."""
    overrides = overrides_of(assignments)
    variables = {variable_of(tuple(key.split("."))) for key in FACTS}
    # Other settings of recon's do not matter here; a name that is none of them is a slip.
    ours = set(known.variables()) - variables
    env = {name: value for name, value in os.environ.items() if name not in ours}
    layers = (OverrideLayer(overrides), EnvironmentLayer(env))
    problems = [problem for layer in layers for problem in layer.problems]
    try:
        settings = Settings(_build_sources=(layers, {}))
    except ValidationError as error:
        return SettingsError([*problems, *problems_of(error, layers)])
    if problems:
        return SettingsError(problems)
    return Facts(settings, LayerOrigins(settings, layers))


def judged(config: object, by: Facts, source: str) -> Judged:
    """Judge a configuration, or what was kept of a node.

    Raises:
        NotAConfigError: it is neither.
    """
    subject = generation().subject_of_engine(config, by.settings, by.origins, source)
    if isinstance(subject, NothingToJudge):
        return Judged(source, WHOLE, "", subject.reason, ())
    venues = ", ".join(dict.fromkeys(client.venue for client in subject.clients))
    assumed = " (assumed; --set venue.name=BYBIT says otherwise)" if subject.assumed_venue else ""
    what = WHOLE if subject.whole_node else "LiveExecEngineConfig"
    return Judged(source, what, f"{venues}{assumed}", "", check(subject))


def code_of(verdicts: Iterable[Judged], *, strict: bool) -> ExitCode:
    """Return the exit code of all of them."""
    return exit_code(tuple(finding for verdict in verdicts for finding in verdict.findings), strict=strict)


def tell_problems(error: SettingsError, *, as_json: bool) -> ExitCode:
    """Tell why the facts cannot be used; return the exit code."""
    click.echo(json.dumps(as_data(error, ()), indent=2) if as_json else str(error))
    return ExitCode.UNUSABLE


def tell(verdicts: Sequence[Judged], stdout: IO[str], *, as_json: bool, notes: Sequence[str] = ()) -> None:
    """Write verdicts: as text, or in the form of `recon check --json`; there is no preset and no fingerprint.

    Args:
        verdicts: at least one.
        stdout: where to.
        as_json: as data.
        notes: what else there is to say of how they came about.
    """
    for line in [json.dumps(_data(verdicts, notes), indent=2)] if as_json else _lines(verdicts, notes):
        click.echo(line, file=stdout)


def _data(verdicts: Sequence[Judged], notes: Sequence[str]) -> dict[str, Any]:
    findings = [finding for verdict in verdicts for finding in verdict.findings]
    return {
        "ok": not refusals(findings),
        "preset": None,
        "fingerprint": None,
        "problems": [],
        "warnings": [*notes, *(f"{verdict.source}: {verdict.spared}" for verdict in verdicts if verdict.spared)],
        "findings": [finding.data() for finding in findings],
        "accepted": [finding.id for finding in findings if finding.accepted],
    }


def _lines(verdicts: Sequence[Judged], notes: Sequence[str]) -> Iterator[str]:
    yield from map(printable, notes)
    for verdict in verdicts:
        if verdict.spared:
            yield printable(f"{verdict.source}, a {verdict.what}: {verdict.spared}; nothing to judge")
            continue
        yield printable(f"{verdict.source}, a {verdict.what} at {verdict.at} with stock clients:") + (
            f" {counted(verdict.findings)}" if verdict.findings else " nothing found"
        )
        yield from findings_lines(verdict.findings)
    if all(verdict.spared for verdict in verdicts):
        return
    yield ""
    first = next((finding.id for verdict in verdicts for finding in verdict.findings), "")
    rule = f"`recon rules {first}` tells a rule whole; " if first else ""
    yield f"next: {rule}tell facts about node and venue with --set, such as --set facts.symbols=20"
