"""The bodies of the commands that boot a node; both take one way to it."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Final

import click
from msgspec import Struct

from reconciliation.cli.startup_line import ProgressLine
from reconciliation.cli.verdict import lines
from reconciliation.embedded.surroundings import Surroundings
from reconciliation.engine.errors import RulesBrokenError
from reconciliation.engine.lifecycle import Observer
from reconciliation.engine.report import ReconciliationReport
from reconciliation.errors import ExitCode, ReconError
from reconciliation.layers.problems import printable
from reconciliation.node.draft import Draft, draft
from reconciliation.node.errors import PreflightError
from reconciliation.node.event_log import EventLog, Logger
from reconciliation.node.log import event_logger
from reconciliation.node.node import Node
from reconciliation.node.one_stream import OneStream
from reconciliation.node.preflight.examine import check_cache
from reconciliation.node.signals import StopRequest, StopRequestedError
from reconciliation.settings import Settings

_REFUSALS: Final = {ExitCode.PREFLIGHT: "preflight_failed", ExitCode.LEASE: "lease_held"}
"""What an event is called that says why there is no node, by the exit code."""


class Boot(Struct, frozen=True):
    """How a node's run went.

    Attributes:
        exit_code: of the command.
        reason: why it did not end well; empty when it did.
        report: the outcome of startup reconciliation; None when it did not come to one.
        boot_secs: until the trader ran, or the start failed.
    """

    exit_code: ExitCode
    reason: str = ""
    report: ReconciliationReport | None = None
    boot_secs: float = 0.0


def boot(  # noqa: PLR0913 - what two commands differ in
    settings: Settings,
    configure: Callable[[Any], Any] | None,
    stop: StopRequest,
    *,
    stream: OneStream,
    data_dir: Path | None,
    read_only: bool = False,
    copied_cache: bool = False,
    observers: Iterable[Observer] = (),
) -> Boot:
    """Take a node from its settings to its end: draft, surroundings, run.

    Args:
        settings: what was resolved.
        configure: the user's function, if any.
        stop: the wish to stop, which signals make.
        stream: where it all is logged.
        data_dir: where embedded surroundings stay; temporary folders when absent.
        read_only: reconcile, then stop; no user stream is opened, so that nothing changes at the venue.
        copied_cache: work on a copy of the trader's keys.
        observers: told what happens to the node, before it is logged.

    Raises:
        StopRequestedError: it was to stop before the node ran.
    """
    log = event_logger(stream.log)
    drafted: Draft | None = None
    node: Node | None = None
    try:
        with stop.interrupting():
            drafted = draft(settings, configure, read_only=read_only, embedding=True)
        if copied_cache and settings.cache.url is not None:
            check_cache(settings.cache.url.get_secret_value())
        surroundings = Surroundings(log.info, data_dir, stop.raise_if_made)
        with surroundings.around(settings, wants_venue=drafted.wants_venue, copied_cache=copied_cache) as complete:
            node = Node(drafted, complete, observers=[*observers, EventLog(log)], stop=stop)
            node.run()
    except ReconError as error:
        if node is not None:  # it has told by its events
            if not stream.as_json:  # the engine has spoken since
                click.echo(printable(str(error)), err=True)
            return Boot(error.exit_code, str(error), node.report, node.boot_secs)
        _show(settings, log if stream.as_json else None, error, warn=drafted is None)
        return Boot(error.exit_code, str(error))
    return Boot(ExitCode.FINE, "", node.report, node.boot_secs)


def refuse_usage(error: click.UsageError, stream: OneStream) -> ExitCode:
    """Tell a machine of wrong usage, which is found only when the user's module is imported; a person is told as ever.

    Raises:
        click.UsageError: a person reads.
    """
    if not stream.as_json:
        raise error
    event_logger(stream.log).error("settings_refused", reason=printable(error.format_message()))
    return ExitCode.UNUSABLE


def _show(settings: Settings, log: Logger | None, error: ReconError, *, warn: bool) -> None:
    """Show why there is no node: to a person in lines, broken rules as `recon check` does; to a machine as events.

    Args:
        settings: what was resolved.
        log: where events go; None where a person reads.
        error: why.
        warn: what is doubtful in the settings has not been told yet.
    """
    warnings = settings.warnings if warn else ()
    findings = error.findings if isinstance(error, RulesBrokenError) else ()
    if log is not None:
        for warning in warnings:
            log.warning("settings_warning", **warning.data())
        is_preflight = isinstance(error, PreflightError)
        name = "preflight_failed" if is_preflight else _REFUSALS.get(error.exit_code, "settings_refused")
        data: dict[str, Any] = {"findings": [finding.data() for finding in findings]} if findings else {}
        if isinstance(error, PreflightError) and error.outcomes:
            data["checks"] = [outcome.data() for outcome in error.outcomes]
        log.error(name, reason=str(error), **data)
        return
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)
    if isinstance(error, RulesBrokenError):
        for line in lines(settings, error.all_findings):
            click.echo(line, err=True)
        click.echo(f"\nnot started: {printable(str(error))}", err=True)
    elif isinstance(error, PreflightError) and error.outcomes:
        for outcome in error.outcomes:
            click.echo(printable(f"{outcome.name}: {outcome.found}; {outcome.action}"), err=True)
    else:
        click.echo(printable(str(error)), err=True)


def run(
    settings: Settings,
    configure: Callable[[Any], Any] | None,
    data_dir: Path | None,
    stop: StopRequest,
    stream: OneStream,
) -> int:
    """Run a node until it ends; return the exit code."""
    return boot(settings, configure, stop, stream=stream, data_dir=data_dir).exit_code


def reconcile(  # noqa: PLR0913 - what the command can be told
    settings: Settings,
    configure: Callable[[Any], Any] | None,
    stop: StopRequest,
    *,
    stream: OneStream,
    stdout: IO[str],
    apply: bool,
    as_json: bool,
    data_dir: Path | None,
) -> int:
    """Reconcile once and report on stdout; return the exit code."""
    if settings.reconciliation.enabled:
        observers = () if stream.as_json else (ProgressLine(),)
        read_only: dict[str, Any] = {"read_only": True, "copied_cache": not apply, "observers": observers}
        try:
            ended = boot(settings, configure, stop, stream=stream, data_dir=data_dir, **read_only)
        except StopRequestedError as stopped:
            ended = Boot(ExitCode.NOT_FINE, f"interrupted by {stopped} before it was done")
    else:
        reason = "reconciliation is disabled (enabled = false); nothing was compared"
        ended = Boot(ExitCode.NOT_FINE, reason)
    data = report_data(settings, ended, applied=apply)
    text = json.dumps(data, indent=2) if as_json else "\n".join(_lines(data))
    stream.close()  # the answer is the last on a terminal
    click.echo(text, file=stdout)
    return ended.exit_code


def report_data(settings: Settings, ended: Boot, *, applied: bool) -> dict[str, Any]:
    """Return a reconciliation as the stable `--json` form; quantities are signed net decimal strings."""
    report = ended.report
    return {
        "reconciled": report is not None and report.reconciled,
        "reason": (ended.reason or (report.reason if report else "")) or None,
        "preset": settings.preset,
        "fingerprint": settings.fingerprint,
        "trader_id": settings.node.trader_id,
        "applied": applied,
        "durations": {
            "boot_secs": round(ended.boot_secs, 3),
            "reconciliation_secs": round(report.duration_secs, 3) if report else None,
        },
        "venue": report.venue_data() if report else None,
        "node": report.node_data() if report else None,
        "differences": report.differences_data() if report else [],
        "left_out": list(report.left_out) if report else [],
    }


def _lines(data: dict[str, Any]) -> Iterator[str]:
    verdict = "reconciled" if data["reconciled"] else f"NOT reconciled: {data['reason']}"
    yield f"trader {data['trader_id']}, preset {data['preset']}, fingerprint {data['fingerprint']}"
    yield verdict
    if data["node"] is None:
        return
    venue, node = data["venue"] or {"open_orders": "not asked", "positions": {}}, data["node"]
    yield ""
    yield f"{'':<28}{'venue':>14}{'node':>14}"
    yield f"{'open orders':<28}{venue['open_orders']:>14}{node['open_orders']:>14}"
    for instrument in sorted({*venue["positions"], *node["positions"]}):
        there, here = venue["positions"].get(instrument, "0"), node["positions"].get(instrument, "0")
        yield f"{instrument:<28}{there:>14}{here:>14}"
    for name in ("orders", "fills", "external_orders", "fills_recovered", "inferred_fills"):
        yield f"{name.replace('_', ' '):<28}{'':>14}{node[name]:>14}"
    for item in data["differences"]:
        yield f"differs: {item['kind']} {item['key']}: venue {item['venue']}, node {item['node']}"
    for name in data["left_out"]:
        yield f"left out by the filters: {name}"
    durations = data["durations"]
    applied = "applied to the cache" if data["applied"] else "on a copy; the cache is as it was"
    yield f"\nboot {durations['boot_secs']} s, reconciliation {durations['reconciliation_secs']} s, {applied}"
