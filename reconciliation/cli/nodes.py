"""The bodies of the commands that boot a node."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final

import click
from redis.exceptions import RedisError

from reconciliation.cli.check import lines
from reconciliation.cli.stdout import stdout_for_data
from reconciliation.cli.surroundings import VenueMissingError, surroundings
from reconciliation.drill.processes import ProcessFailedError
from reconciliation.engine.v1.assemble import NoClientError
from reconciliation.engine.v1.builder import DuplicateClientError
from reconciliation.engine.v1.claims import ClaimError
from reconciliation.node import boot, events
from reconciliation.node.embedded_cache import EmbeddedCacheError
from reconciliation.node.exit_codes import ExitCode
from reconciliation.node.preflight import PreflightError
from reconciliation.rules.check import check, refusals
from reconciliation.rules.subject import subject_of
from reconciliation.settings import Settings

_UNUSABLE: Final = (VenueMissingError, NoClientError, DuplicateClientError, ClaimError)
_NOT_READY: Final = (PreflightError, EmbeddedCacheError, ProcessFailedError)


def run(settings: Settings, configure: Callable[[Any], None] | None, data_dir: Path | None) -> int:
    """Run a node until it ends; return the exit code."""
    findings = check(subject_of(settings))
    if refusals(findings) and not events.as_json(settings.log):
        for line in lines(settings, findings):
            click.echo(line, err=True)
        return ExitCode.UNUSABLE
    log = events.configure(settings.log)

    def booted() -> int:
        with surroundings(settings, log, data_dir=data_dir, own_clients=configure is not None) as complete:
            return boot.run(complete, configure, log).exit_code

    return _with_told_failures(booted)


def reconcile(settings: Settings, *, apply: bool, as_json: bool, data_dir: Path | None) -> int:
    """Reconcile once and report; return the exit code."""
    with stdout_for_data() as stdout:
        log = events.configure(settings.log)
        if not settings.reconciliation.enabled:
            reason = "reconciliation is disabled (enabled = false); nothing was compared"
            result = boot.BootResult(ExitCode.NOT_FINE, None, reason, 0.0)
            _print(stdout, settings, result, apply=apply, as_json=as_json)
            return result.exit_code

        def reconciled() -> int:
            with surroundings(settings, log, data_dir=data_dir, touch_cache=apply) as complete:
                result = boot.run(complete, None, log, once=True)
            _print(stdout, settings, result, apply=apply, as_json=as_json)
            return result.exit_code

        return _with_told_failures(reconciled)


def _with_told_failures(body: Callable[[], int]) -> int:
    """Run a command's body; turn a failure a user can cure into one line on stderr and an exit code."""
    try:
        return body()
    except _UNUSABLE as error:
        click.echo(str(error), err=True)
        return ExitCode.UNUSABLE
    except _NOT_READY as error:
        click.echo(str(error), err=True)
        return ExitCode.PREFLIGHT
    except RedisError as error:
        click.echo(f"the cache failed: {' '.join(str(error).split())}; check its state and the user's rights", err=True)
        return ExitCode.PREFLIGHT


def report_data(settings: Settings, result: boot.BootResult, *, applied: bool) -> dict[str, Any]:
    """Return a reconciliation as the stable `--json` form; quantities are signed net decimal strings."""
    report = result.report
    return {
        "reconciled": report is not None and report.reconciled,
        "reason": (result.reason or (report.reason if report else "")) or None,
        "preset": settings.preset,
        "fingerprint": settings.fingerprint,
        "trader_id": settings.node.trader_id,
        "applied": applied,
        "durations": {
            "boot_secs": round(result.boot_secs, 3),
            "reconciliation_secs": round(report.duration_secs, 3) if report else None,
        },
        "venue": report.venue_data() if report else None,
        "node": report.node_data() if report else None,
        "differences": report.differences_data() if report else [],
    }


def _print(stdout: IO[str], settings: Settings, result: boot.BootResult, *, apply: bool, as_json: bool) -> None:
    data = report_data(settings, result, applied=apply)
    text = json.dumps(data, indent=2) if as_json else "\n".join(_lines(data))
    click.echo(text, file=stdout)


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
    durations = data["durations"]
    applied = "applied to the cache" if data["applied"] else "on a copy; the cache is as it was"
    yield f"\nboot {durations['boot_secs']} s, reconciliation {durations['reconciliation_secs']} s, {applied}"
