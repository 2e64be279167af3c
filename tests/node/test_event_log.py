from collections import Counter
from decimal import Decimal
from typing import get_args

import pytest
import structlog
from msgspec.structs import asdict
from structlog.testing import CapturingLogger

from reconciliation.engine import lifecycle
from reconciliation.engine.fills import FillId, NewFills, Snapshot
from reconciliation.engine.holdings import Difference, Holdings
from reconciliation.engine.report import ReconciliationReport
from reconciliation.node.event_log import LISTED, EventLog
from reconciliation.rules.finding import Finding

BTC = "BTCUSDT-PERP.BINANCE"
FILL = FillId(BTC, "7")


def finding(severity: str) -> Finding:
    return Finding("W22", severity, ("k",), ("o",), "figure", "message", "hint")  # type: ignore[arg-type]


def report(*, reconciled: bool, orders: int = 1) -> ReconciliationReport:
    names = [f"O-{number:03}" for number in range(orders)]
    after = Snapshot(Counter({FILL: 1}), {FILL: names[0]}, dict.fromkeys(names, "EXTERNAL"), frozenset(names), 1)
    return ReconciliationReport(
        reconciled=reconciled,
        reason="" if reconciled else "they differ",
        duration_secs=1.23456,
        venue=Holdings(dict.fromkeys(names, BTC), {BTC: Decimal("0.500")}),
        node_positions={BTC: Decimal("0.500")},
        differences=() if reconciled else (Difference("position", BTC, "0.500", "0"),),
        before=Snapshot(),
        after=after,
        fills=NewFills(frozenset({FILL})),
        left_out=("order O-9",),
    )


PROGRESS = lifecycle.StartupProgress("booking", 4_000, 10_000, 10_000, 9_876, 5.04, 30.0, 7.52)

CASES = [
    (PROGRESS, "info", "startup_progress"),
    (lifecycle.StartupLimitShort(45.01, 30.0, 91.0), "warning", "startup_limit_short"),
    (lifecycle.Booting({"preset": "standard"}), "info", "node_boot"),
    (lifecycle.SettingsWarned({"code": "renamed"}), "warning", "settings_warning"),
    (lifecycle.RuleBroken(finding("error")), "error", "rule_accepted"),
    (lifecycle.RuleBroken(finding("warning")), "warning", "rule_broken"),
    (lifecycle.PreflightFound("cache eviction", "allkeys-lru", "noeviction"), "warning", "preflight_found"),
    (lifecycle.Monitored("http://127.0.0.1:9464"), "info", "node_monitored"),
    (lifecycle.CheckEnded("positions", 0.5, ""), "debug", "check_ended"),
    (lifecycle.CheckEnded("positions", 0.5, "HTTP 503"), "warning", "check_failed"),
    (lifecycle.FillBrought("venue", "O-1", "7"), "warning", "fill_recovered"),
    (lifecycle.FillBrought("inferred", "O-1", "7"), "warning", "fill_inferred"),
    (lifecycle.FillToldTwice("O-1", "7"), "warning", "fill_told_twice"),
    (lifecycle.ExternalOrderSeen("O-1", BTC, "EXTERNAL"), "warning", "external_order_seen"),
    (lifecycle.Connected(("BINANCE",), 0.5), "info", "clients_connected"),
    (lifecycle.Claimed("MAKER-001", 3), "info", "claim_all_resolved"),
    (lifecycle.CachedExternal("MAKER-001", ("web_1",)), "warning", "cached_external"),
    (lifecycle.Reconciled(succeeded=True, secs=0.5), "debug", "engine_reconciled"),
    (lifecycle.Verified(report(reconciled=True)), "info", "node_reconciled"),
    (lifecycle.Verified(report(reconciled=False)), "error", "node_not_reconciled"),
    (lifecycle.Started(1.5), "info", "node_started"),
    (lifecycle.QueryFailed("BINANCE", "orders", "HTTP 500"), "warning", "query_failed"),
    (lifecycle.AbsenceHeld("order", "O-1", "not yet"), "warning", "absence_held"),
    (lifecycle.OrderResolved("O-1", "REJECTED"), "info", "order_resolved"),
    (lifecycle.HistoryMended("position", "P-1", ("7",)), "warning", "history_mended"),
    (lifecycle.HistoryTorn("P-1", "they differ"), "error", "history_torn"),
    (lifecycle.CacheLost("refused"), "error", "cache_unreachable"),
    (lifecycle.CacheBack(1.5), "warning", "cache_reachable"),
    (lifecycle.LeaseAwaited("trader:A-1", "trader A-1 at here, pid 7", 3.21), "warning", "lease_awaited"),
    (lifecycle.LeaseTaken({"trader:A-1": 3}), "info", "lease_taken"),
    (lifecycle.LeaseLost("the process was paused"), "error", "lease_lost"),
    (lifecycle.GateClosed("a check is silent", is_enforced=True), "error", "gate_closed"),
    (lifecycle.GateOpened(1.5), "warning", "gate_opened"),
    (lifecycle.ExposureDenied("O-1", "the gate is closed"), "warning", "exposure_denied"),
    (
        lifecycle.WritesMissing({"orders:O-1": "the node does not know all of its events: 7"}),
        "error",
        "writes_missing",
    ),
    (lifecycle.WritesMended(("orders:O-1",), 1.5), "warning", "writes_mended"),
    (lifecycle.Stuck("no trader"), "error", "node_stuck"),
    (lifecycle.StopWaits("the clients to disconnect", 10.0), "info", "stop_waits"),
    (lifecycle.NotStarted("connection", "refused"), "error", "node_not_started"),
    (lifecycle.StopFailed("boom"), "error", "stop_failed"),
    (lifecycle.Stopping(), "info", "node_stopping"),
    (lifecycle.Stopped(), "info", "node_stopped"),
    (lifecycle.Died("boom"), "error", "node_died"),
]


def logged(event: lifecycle.Event) -> tuple[str, str, dict[str, object]]:
    capturing = CapturingLogger()
    EventLog(structlog.wrap_logger(capturing, processors=[lambda _, __, data: ((), data)]))(event)
    (call,) = capturing.calls
    fields = dict(call.kwargs)
    return call.method_name, str(fields.pop("event")), fields


@pytest.mark.parametrize(("event", "level", "name"), CASES, ids=lambda value: type(value).__name__)
def test_each_event_is_one_line(event: lifecycle.Event, level: str, name: str) -> None:
    assert logged(event)[:2] == (level, name)


def test_no_event_is_left_out() -> None:
    assert {type(event) for event, _, _ in CASES} == set(get_args(lifecycle.Event))


def test_a_report_is_told_whole() -> None:
    _, _, fields = logged(lifecycle.Verified(report(reconciled=False)))
    assert fields["duration_secs"] == 1.235
    assert fields["venue"] == {"open_orders": 1, "positions": {BTC: "0.500"}}
    assert fields["differences"] == [{"kind": "position", "key": BTC, "venue": "0.500", "node": "0"}]
    assert fields["fills_recovered_ids"] == [f"{BTC}:7"]
    assert fields["left_out"] == ["order O-9"]
    assert fields["open_orders"] == {"O-000": "EXTERNAL"}
    assert fields["reason"] == "they differ"


def test_progress_is_told_by_the_names_of_the_event_and_what_to_set_as_a_variable() -> None:
    assert logged(PROGRESS)[2] == asdict(PROGRESS) | {"secs": 5.0, "left_secs": 7.5}
    assert logged(lifecycle.StartupLimitShort(45.01, 30.0, 91.0))[2] == {
        "expected_secs": 45.0,
        "limit_secs": 30.0,
        "action": "set RECON_NODE_TIMEOUT_RECONCILIATION=91",
    }


def test_long_lists_are_cut() -> None:
    _, _, fields = logged(lifecycle.Verified(report(reconciled=True, orders=LISTED + 50)))
    listed = fields["open_orders"]
    assert isinstance(listed, dict)
    assert list(listed) == [f"O-{number:03}" for number in range(LISTED)]
    node = fields["node"]
    assert isinstance(node, dict)
    assert node["open_orders"] == LISTED + 50
