"""`recon check`: are the settings usable?"""

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from reconciliation.cli.options import settings_options
from reconciliation.cli.text import colored
from reconciliation.layers.problems import SettingsError, printable
from reconciliation.rules.check import check, refusals
from reconciliation.rules.subject import subject_of
from reconciliation.settings import Settings

if TYPE_CHECKING:
    from reconciliation.rules.finding import Finding


@click.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print data instead of text.")
@click.option("--strict", is_flag=True, help="Exit 1 when there are warnings.")
@click.option(
    "--engine",
    metavar="MODULE:OBJECT",
    help="Judge a hand-written LiveExecEngineConfig or TradingNodeConfig, or a function that returns one.",
)
@settings_options
def command(settings: Settings | SettingsError, engine: str | None, *, as_json: bool, strict: bool) -> None:
    """Resolve and judge the settings: exit 0 when they are usable, 2 with every mistake when not.

    \b
      recon check --preset conservative --env-file production.env --strict

    With --engine nothing of recon's own settings is read: a hand-written configuration is judged by the same rules.
    The facts that it cannot hold come from --set and RECON_NODE_*, as in --set node.tolerated_outage_secs=120.
    """  # noqa: D301 - click reads the backspace
    if engine is not None:
        from reconciliation.cli import check_engine  # the engine loads only here

        raise SystemExit(check_engine.run(engine, as_json=as_json, strict=strict))
    findings = () if isinstance(settings, SettingsError) else check(subject_of(settings))
    warnings = () if isinstance(settings, SettingsError) else settings.warnings
    if as_json:
        click.echo(json.dumps(as_data(settings, findings), indent=2))
    elif isinstance(settings, SettingsError):
        click.echo(settings.text(blocks=sys.stdout.isatty()))
    else:
        for warning in warnings:
            click.echo(f"warning: {warning}")
        for line in lines(settings, findings):
            click.echo(line)
    if isinstance(settings, SettingsError):
        raise SystemExit(2)
    raise SystemExit(exit_code(findings, strict=strict, warned=bool(warnings)))


def exit_code(findings: "tuple[Finding, ...]", *, strict: bool, warned: bool = False) -> int:
    """Return 2 for an error that nobody accepted, 1 for a warning where warnings count, else 0."""
    if refusals(findings):
        return 2
    return 1 if strict and (warned or any(not finding.accepted for finding in findings)) else 0


def as_data(settings: Settings | SettingsError, findings: "tuple[Finding, ...]") -> dict[str, Any]:
    """Return the verdict as the stable `--json` form; preset and fingerprint are null when there is no verdict."""
    if isinstance(settings, SettingsError):
        problems = [problem.data() for problem in settings.problems]
        return {
            "ok": False,
            "preset": None,
            "fingerprint": None,
            "problems": problems,
            "warnings": [],
            "findings": [],
            "accepted": [],
        }
    return {
        "ok": not refusals(findings),
        "preset": settings.preset,
        "fingerprint": settings.fingerprint,
        "problems": [],
        "warnings": list(settings.warnings),
        "findings": [finding.data() for finding in findings],
        "accepted": [finding.id for finding in findings if finding.accepted],
    }


def lines(settings: Settings, findings: "tuple[Finding, ...]") -> Iterator[str]:
    """Yield the verdict and every finding."""
    verdict = "refused" if refusals(findings) else "fine"
    where = printable(str(settings.settings_dir))
    told = f": {counted(findings)}" if findings else ""
    yield f"{verdict}: preset {settings.preset}, fingerprint {settings.fingerprint}, from {where}{told}"
    if not settings.reconciliation.enabled:
        yield "reconciliation is off: nothing is repaired, and the rules about repair do not apply"
    yield from findings_lines(findings)


def counted(findings: "tuple[Finding, ...]") -> str:
    """Return how many findings there are of each kind, in words."""
    counts = {
        "error": sum(finding.refuses for finding in findings),
        "warning": sum(finding.severity == "warning" and not finding.accepted for finding in findings),
        "accepted": sum(finding.accepted for finding in findings),
    }
    plural = {"error": "errors", "warning": "warnings", "accepted": "accepted"}
    return ", ".join(f"{count} {name if count == 1 else plural[name]}" for name, count in counts.items() if count)


def findings_lines(findings: "tuple[Finding, ...]") -> Iterator[str]:
    """Yield every finding over a few lines, what refuses first."""
    colors = {"error": "red", "warning": "yellow"}
    for finding in sorted(findings, key=lambda finding: (finding.accepted, finding.severity)):
        kind = f"{finding.severity}, accepted" if finding.accepted else finding.severity
        yield ""
        yield printable(f"{colored(f'{finding.id} {kind}', fg=colors[finding.severity], bold=True)}  {finding.figure}")
        yield f"  {finding.message}"
        yield printable(f"  -> {finding.hint}")
        for origin in dict.fromkeys(finding.origins):
            keys = (key for key, place in zip(finding.keys, finding.origins, strict=True) if place == origin)
            yield printable(f"     {', '.join(keys)}: {origin}")
