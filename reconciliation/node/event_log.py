"""The observer that logs: each event of a node's life as one structured line."""

from typing import Any, Final

import structlog
from msgspec.structs import asdict

from reconciliation.engine import lifecycle
from reconciliation.engine.report import ReconciliationReport

Logger = structlog.typing.FilteringBoundLogger

LISTED: Final = 100
"""How many fills and orders an event lists by name; beyond that it counts."""


class EventLog:
    """Logs what happens to a node.

    Args:
        log: where events go.
    """

    def __init__(self, log: Logger) -> None:
        self._log = log

    def __call__(self, event: lifecycle.Event) -> None:  # noqa: C901, PLR0912, PLR0915 - a line an event
        """Log one event."""
        log = self._log
        match event:
            case lifecycle.Booting():
                log.info("node_boot", **event.parameters)
            case lifecycle.SettingsWarned(warning):
                log.warning("settings_warning", **warning)
            case lifecycle.LeaseAwaited():
                log.warning("lease_awaited", lease=event.name, holder=event.holder, secs=round(event.secs, 1))
            case lifecycle.LeaseTaken():
                log.info("lease_taken", leases=dict(event.leases))
            case lifecycle.LeaseLost():
                log.error("lease_lost", reason=event.reason)
            case lifecycle.RuleBroken(finding) if finding.severity == "error":
                log.error("rule_accepted", **finding.data())
            case lifecycle.RuleBroken(finding):
                log.warning("rule_broken", **finding.data())
            case lifecycle.PreflightFound():
                log.warning("preflight_found", check=event.check, found=event.found, action=event.action)
            case lifecycle.Monitored():
                log.info("node_monitored", url=event.url)
            case lifecycle.CheckEnded(check, secs, reason) if reason:
                log.warning("check_failed", check=check, secs=round(secs, 3), reason=reason)
            case lifecycle.CheckEnded():
                log.debug("check_ended", check=event.check, secs=round(event.secs, 3))
            case lifecycle.FillBrought():
                told = {"client_order_id": event.client_order_id, "trade_id": event.trade_id}
                log.warning("fill_recovered" if event.origin == "venue" else "fill_inferred", **told)
            case lifecycle.FillToldTwice():
                log.warning("fill_told_twice", client_order_id=event.client_order_id, trade_id=event.trade_id)
            case lifecycle.ExternalOrderSeen():
                told = {"instrument_id": event.instrument_id, "strategy_id": event.strategy_id}
                log.warning("external_order_seen", client_order_id=event.client_order_id, **told)
            case lifecycle.Connected():
                log.info("clients_connected", clients=list(event.clients), secs=round(event.secs, 3))
            case lifecycle.Claimed():
                log.info("claim_all_resolved", strategy_id=event.strategy_id, instruments=event.instruments)
            case lifecycle.CachedExternal(strategy_id, ids):
                listed = list(ids[:LISTED])
                log.warning("cached_external", strategy_id=strategy_id, orders=len(ids), client_order_ids=listed)
            case lifecycle.StartupProgress():
                log.info("startup_progress", **_progress(event))
            case lifecycle.StartupLimitShort():
                log.warning("startup_limit_short", **_short(event))
            case lifecycle.Reconciled():
                log.debug("engine_reconciled", succeeded=event.succeeded, secs=round(event.secs, 3))
            case lifecycle.Verified(report) if report.reconciled:
                log.info("node_reconciled", **_report(report))
            case lifecycle.Verified(report):
                log.error("node_not_reconciled", **_report(report), reason=report.reason)
            case lifecycle.Started():
                log.info("node_started", boot_secs=round(event.boot_secs, 3))
            case lifecycle.QueryFailed():
                log.warning("query_failed", client=event.client, query=event.query, reason=event.reason)
            case lifecycle.AbsenceHeld():
                log.warning("absence_held", kind=event.kind, key=event.key, reason=event.reason)
            case lifecycle.OrderResolved():
                log.info("order_resolved", client_order_id=event.client_order_id, status=event.status)
            case lifecycle.HistoryMended():
                log.warning("history_mended", kind=event.kind, key=event.key, trade_ids=list(event.trade_ids[:LISTED]))
            case lifecycle.HistoryTorn():
                log.error("history_torn", key=event.key, reason=event.reason)
            case lifecycle.CacheLost():
                log.error("cache_unreachable", reason=event.reason)
            case lifecycle.CacheBack():
                log.warning("cache_reachable", secs=round(event.secs, 3))
            case lifecycle.WritesMissing(keys):
                log.error("writes_missing", missing=len(keys), keys=dict(sorted(keys.items())[:LISTED]))
            case lifecycle.WritesMended(keys):
                listed = list(keys[:LISTED])
                log.warning("writes_mended", mended=len(keys), keys=listed, secs=round(event.secs, 3))
            case lifecycle.GateClosed():
                log.error("gate_closed", reason=event.reason, enforced=event.is_enforced)
            case lifecycle.GateOpened():
                log.warning("gate_opened", secs=round(event.secs, 3))
            case lifecycle.ExposureDenied():
                log.warning("exposure_denied", client_order_id=event.client_order_id, reason=event.reason)
            case lifecycle.Stuck():
                log.error("node_stuck", reason=event.reason)
            case lifecycle.NotStarted():
                log.error("node_not_started", stage=event.stage, reason=event.reason)
            case lifecycle.StopFailed():
                log.error("stop_failed", reason=event.reason)
            case lifecycle.Stopping():
                log.info("node_stopping")
            case lifecycle.StopWaits():
                log.info("stop_waits", what=event.what, up_to_secs=event.secs)
            case lifecycle.Stopped():
                log.info("node_stopped")
            case lifecycle.Died():
                log.error("node_died", reason=event.reason)


def _progress(event: lifecycle.StartupProgress) -> dict[str, Any]:
    left_secs = None if event.left_secs is None else round(event.left_secs, 1)
    return asdict(event) | {"secs": round(event.secs, 1), "left_secs": left_secs}


def _short(event: lifecycle.StartupLimitShort) -> dict[str, Any]:
    return {
        "expected_secs": round(event.expected_secs, 1),
        "limit_secs": event.limit_secs,
        "action": f"set RECON_NODE_TIMEOUT_RECONCILIATION={event.wanted_secs:g}",
    }


def _report(report: ReconciliationReport) -> dict[str, Any]:
    return {
        "duration_secs": round(report.duration_secs, 3),
        "venue": report.venue_data(),
        "node": report.node_data(),
        "differences": report.differences_data()[:LISTED],
        "left_out": list(report.left_out[:LISTED]),
        "fills_recovered_ids": sorted(str(fill) for fill in report.fills.recovered)[:LISTED],
        "inferred_fill_ids": sorted(str(fill) for fill in report.fills.inferred)[:LISTED],
        "open_orders": dict(sorted(report.after.open_orders.items())[:LISTED]),
        "unverified_clients": list(report.unverified_clients),
    }
