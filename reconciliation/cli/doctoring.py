"""The body of `recon doctor`."""

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import click
from msgspec import Struct

from reconciliation.cli.targets import named_object
from reconciliation.cli.text import colored
from reconciliation.cli.verdict import counted
from reconciliation.engine.builder import NodeBuilder
from reconciliation.engine.generation import generation
from reconciliation.engine.parts import Parts
from reconciliation.errors import ExitCode, ReconError, UnusableError
from reconciliation.layers.problems import SettingsError, printable
from reconciliation.node.draft import collected, complete, judged
from reconciliation.node.preflight.examine import everything
from reconciliation.node.preflight.outcome import Outcome, Verdict, exit_code, not_asked
from reconciliation.node.preflight.repair import names, repair
from reconciliation.node.preflight.rights import acl_line
from reconciliation.rules.check import refusals
from reconciliation.rules.finding import Finding
from reconciliation.settings import Settings

SETTINGS, CLIENTS, RULES = "settings", "clients", "rules"
WIDTH: Final = 100
"""Where lines break at the latest."""
_MARKS: Final[dict[Verdict, tuple[str, str]]] = {
    "ok": ("ok", "green"),
    "warn": ("warn", "yellow"),
    "fail": ("FAIL", "red"),
    "unknown": ("-", "bright_black"),
}


class Examined(Struct, frozen=True):
    """All that was looked at."""

    settings: Settings | None
    outcomes: tuple[Outcome, ...]

    @property
    def code(self) -> ExitCode:
        """The command's exit code."""
        return exit_code(self.outcomes)

    def data(self) -> dict[str, Any]:
        """Return it as the stable `--json` form."""
        return {
            "ok": self.code is ExitCode.FINE,
            "trader_id": self.settings.node.trader_id if self.settings else None,
            "preset": self.settings.preset if self.settings else None,
            "fingerprint": self.settings.fingerprint if self.settings else None,
            "checks": [outcome.data() for outcome in self.outcomes],
        }

    def lines(self, columns: int) -> Iterator[str]:
        """Yield it as a reader wants it: a check a line, what to do below it; lines break before so many columns."""
        if self.settings is not None:
            told = self.settings
            yield f"trader {told.node.trader_id}, preset {told.preset}, fingerprint {told.fingerprint}"
            yield ""
        column = 6 + max(len(outcome.name) for outcome in self.outcomes) + 2
        width = max(min(columns, WIDTH) - column, 40)
        for outcome in self.outcomes:
            mark, color = _MARKS[outcome.verdict]
            found = textwrap.wrap(printable(outcome.found), width, break_on_hyphens=False) or [""]
            yield f"{colored(f'{mark:<6}', fg=color)}{outcome.name:<{column - 6}}{found[0]}"
            yield from (f"{'':<{column}}{line}" for line in found[1:])
            if outcome.action:
                indented = textwrap.wrap(f"-> {printable(outcome.action)}", width, break_on_hyphens=False)
                yield from (f"{'':<{column}}{line}" for line in indented)
        yield ""
        yield self._sum()

    def _sum(self) -> str:
        verdicts = [outcome.verdict for outcome in self.outcomes]
        fails, warns, unknown = (verdicts.count(verdict) for verdict in ("fail", "warn", "unknown"))
        parts = [f"{len(verdicts)} checks", f"{fails} failed", f"{warns} to look at", f"{unknown} not made"]
        return ", ".join(parts)


def examined(settings: Settings | SettingsError, target: str | None) -> Examined:
    """Make all checks; one that fails hides no other.

    Raises:
        click.UsageError: MODULE:FUNCTION names nothing.
    """
    if isinstance(settings, SettingsError):
        found = "; ".join(map(str, settings.problems))
        failed = Outcome(SETTINGS, "fail", found, "`recon check` tells each by itself", ExitCode.UNUSABLE)
        return Examined(None, (failed, *not_asked((CLIENTS, RULES, "cache", "venue"), "the settings are unusable")))
    configure = named_object(target) if target else None
    outcomes = [_settings(settings)]
    try:
        builder, parts = collected(settings, configure)
        complete(builder, embedding=True)
        added = ", ".join(builder.exec_clients) or "none; a node is given a local venue"
        outcomes.append(Outcome(CLIENTS, "ok", added))
    except ReconError as error:
        outcomes.append(Outcome(CLIENTS, "fail", error.description, error.action, ExitCode.UNUSABLE))
        builder, parts = NodeBuilder(settings), Parts()
        generation().add_settings_clients(builder, read_only=True)
    _, findings = judged(builder, parts)
    return Examined(settings, (*outcomes, _rules(findings), *everything(settings, builder)))


def _settings(settings: Settings) -> Outcome:
    if settings.warnings:
        return Outcome(SETTINGS, "warn", "; ".join(map(str, settings.warnings)), "`recon check` tells each by itself")
    return Outcome(SETTINGS, "ok", "usable")


def _rules(findings: tuple[Finding, ...]) -> Outcome:
    told = "; ".join(f"{finding.id}: {finding.figure}" for finding in findings)
    if refused := refusals(findings):
        return Outcome(RULES, "fail", told, "; ".join(finding.hint for finding in refused), ExitCode.UNUSABLE)
    if findings:
        return Outcome(RULES, "warn", f"{counted(findings)}: {told}", "`recon check` tells each whole")
    return Outcome(RULES, "ok", "none is broken")


def printed_acl(settings: Settings) -> int:
    """Print the command that makes a user of the cache who may do what a node needs."""
    url = settings.cache.url
    user = url and urlsplit(url.get_secret_value()).username
    click.echo(acl_line(settings.node.trader_id, unquote(user) if user else "recon"))
    return ExitCode.FINE


def repaired(settings: Settings) -> int:
    """Repair the cache; return the exit code.

    Raises:
        UnusableError: no cache is named.
        LeaseHeldError: a node of that trader id runs.
        RepairError: nothing was changed.
    """
    if settings.cache.url is None:
        raise UnusableError("no cache is named", "set RECON_CACHE_URL to redis://HOST:PORT")
    done = repair(settings.cache.url.get_secret_value(), settings.node, Path.cwd())
    for line in names(done.histories):
        click.echo(printable(line))
    click.echo(f"as they were: {done.file}" if done.file else "every history loads; there is nothing to repair")
    return ExitCode.FINE
