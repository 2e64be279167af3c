"""How a verdict on settings reads, as text and as data; the commands that judge share it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from reconciliation.cli.text import colored, wrapped
from reconciliation.errors import ExitCode
from reconciliation.layers.problems import SettingsError, printable
from reconciliation.rules.check import refusals
from reconciliation.settings import Settings

if TYPE_CHECKING:
    from reconciliation.rules.finding import Finding


def exit_code(findings: "tuple[Finding, ...]", *, strict: bool, warned: bool = False) -> ExitCode:
    """Return the exit code: an error that nobody accepted refuses, a warning counts where warnings do."""
    if refusals(findings):
        return ExitCode.UNUSABLE
    counts = strict and (warned or any(not finding.accepted for finding in findings))
    return ExitCode.NOT_FINE if counts else ExitCode.FINE


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
        "warnings": [str(warning) for warning in settings.warnings],
        "findings": [finding.data() for finding in findings],
        "accepted": [finding.id for finding in findings if finding.accepted],
    }


def lines(settings: Settings, findings: "tuple[Finding, ...]") -> Iterator[str]:
    """Yield the verdict and every finding."""
    verdict = "refused" if refusals(findings) else "fine"
    where = printable(str(settings.settings_dir))
    counts = f": {counted(findings)}" if findings else ""
    yield from wrapped(f"{verdict}: preset {settings.preset}, fingerprint {settings.fingerprint}, from {where}{counts}")
    if not settings.reconciliation.enabled:
        yield from wrapped("reconciliation is off: nothing is repaired, and the rules about repair do not apply")
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
        head = colored(f"{finding.id} {kind}", fg=colors[finding.severity], bold=True)
        yield from wrapped(f"{head}  {printable(finding.figure)}", 4)
        yield from wrapped(f"  {finding.message}", 2)
        yield from wrapped(printable(f"  -> {finding.hint}"), 5)
        if finding.assumed:
            told = " and ".join(f"--set {key}=..." for key in finding.assumed)
            yield from wrapped(f"  !  rests on what is assumed, and only warns until it is told: {told}", 5)
        for origin in dict.fromkeys(finding.origins):
            keys = (key for key, place in zip(finding.keys, finding.origins, strict=True) if place == origin)
            yield from wrapped(printable(f"     {', '.join(keys)}: {origin}"), 7)
