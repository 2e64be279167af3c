"""The rules of Prometheus, loaded and played by promtool: each alert fires when it has to, and only then, and ends."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import parts
import pytest
from alert_cases import CASES, Case
from prometheus_client import CollectorRegistry, generate_latest
from promtool import Labels, Rule, played, run
from rule_files import PROMETHEUS_RULES, prometheus_rules

from monitoring import servers
from reconciliation.monitor.alerts import ALERTS
from reconciliation.monitor.identity import Identity
from reconciliation.monitor.metrics import Metrics
from reconciliation.monitor.status import Check, Counted, Held, Status


@pytest.fixture(scope="module")
def rules() -> Mapping[str, Rule]:
    """Each rule of the file, by the name of its alert."""
    return prometheus_rules()


def filled(template: str, labels: Labels) -> str:
    """Fill labels in as Prometheus does."""
    return re.sub(r"\{\{ *\$labels\.(\w+) *\}\}", lambda found: dict(labels).get(found[1], ""), template)


def test_without_a_part_it_is_told_how_to_get_it_and_ci_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(servers, "FOLDER", tmp_path)
    monkeypatch.setenv("CI", "true")
    for part in (parts.prometheus, parts.promtool, parts.alertmanager):
        with pytest.raises(pytest.fail.Exception, match="make parts"):
            part()
    monkeypatch.delenv("CI")
    for part in (parts.prometheus, parts.promtool, parts.alertmanager):
        with pytest.raises(pytest.skip.Exception, match="make parts"):
            part()


def test_promtool_finds_nothing_wrong_with_the_rules() -> None:
    told = run("check", "rules", "--lint-fatal", str(PROMETHEUS_RULES))
    assert told.code == 0, told.said
    assert f"SUCCESS: {len(ALERTS)} rules found" in told.said


def test_promtool_finds_nothing_wrong_with_the_configuration() -> None:
    told = run("check", "config", str(PROMETHEUS_RULES.with_name("prometheus.yml")))
    assert told.code == 0, told.said


def test_promtool_finds_nothing_wrong_with_the_metrics() -> None:
    """With a value of every kind in every family."""
    periods = dict.fromkeys(Check, 5.0)
    status = Status(lambda: 1_000.0, periods, has_database=True)
    status.connected()
    status.verified(succeeded=True, secs=1.5)
    status.started()
    for check in Check:
        status.checked(check, 0.3)
        status.checked(check, 700.0, "HTTP 503")
    status.recovered(3, "startup")
    status.recovered(1, "runtime")
    status.inferred()
    status.told_twice()
    status.external_seen(2)
    status.cache_lost("it is gone")
    status.beat(Counted(open_orders=4, inflight_orders=1, oldest_inflight=990.0, held_absent={Held("order", "O"): 9.0}))
    registry = CollectorRegistry()
    planned = {"lost_fill_repaired_seconds": 6.5}
    identity = Identity("A-001", "BINANCE-A", "standard", "abcd", "0.1.0", "1.231.0", {"symbols": True}, 1.0, planned)
    registry.register(Metrics(lambda: status.picture, identity))
    told = run("check", "metrics", given=generate_latest(registry).decode())
    assert (told.code, told.said) == (0, "")


def test_every_alert_has_a_case_in_which_it_fires_and_ends() -> None:
    for alert in ALERTS:
        own = [list(case.fires.values()) for case in CASES if case.alert == alert.name]
        assert any(fires[0] == () and () in fires[fires.index(found) :] for fires in own for found in fires if found), (
            alert.name
        )
    assert {case.alert for case in CASES} <= {alert.name for alert in ALERTS}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.alert}: {case.story}")
def test_an_alert_fires_when_it_has_to_and_only_then(case: Case, rules: Mapping[str, Rule]) -> None:
    (alert,) = [alert for alert in ALERTS if alert.name == case.alert]

    def told_of(labels: Labels) -> dict[str, Any]:
        texts = {name: filled(text, labels) for name, text in rules[alert.name]["annotations"].items()}
        return {"exp_labels": {**dict(labels), "severity": alert.severity}, "exp_annotations": texts}

    expected = [
        {"eval_time": moment, "alertname": alert.name, "exp_alerts": [told_of(labels) for labels in firing]}
        for moment, firing in case.fires.items()
    ]
    told = played([rules[alert.name]], case.series, alert_rule_test=expected)
    assert told.code == 0, told.said
