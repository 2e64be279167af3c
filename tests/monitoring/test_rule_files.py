"""The files of alerts: both ask the same of what is exported, and Grafana's has the form that it demands."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.models.alerting import Query
from grafana_foundation_sdk.models.expr import TypeReduce, TypeThreshold
from grafana_foundation_sdk.models.prometheus import Dataquery
from grafana_models import faults_of
from promql import exported, metrics_in

from monitoring.rules import DATASOURCE
from reconciliation.layers.resolve import load
from reconciliation.monitor.alerts import ALERTS, JOB, Alert

ROOT = Path(__file__).parents[2]


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / "monitoring" / name).read_text("utf-8"))


(OF_PROMETHEUS,) = read("prometheus/rules.yml")["groups"]
GRAFANA = read("grafana/alerts/reconciliation.yaml")
(OF_GRAFANA,) = GRAFANA["groups"]
OF_EACH = [*zip(ALERTS, OF_PROMETHEUS["rules"], OF_GRAFANA["rules"], strict=True)]
each_alert = pytest.mark.parametrize(("alert", "of_prometheus", "of_grafana"), OF_EACH, ids=[a.name for a in ALERTS])


@each_alert
def test_both_ask_and_compare_the_same_and_point_to_the_runbook(
    alert: Alert, of_prometheus: dict[str, Any], of_grafana: dict[str, Any]
) -> None:
    assert of_prometheus["alert"] == of_grafana["title"] == alert.name
    assert of_prometheus["labels"] == of_grafana["labels"] == {"severity": alert.severity}
    assert of_prometheus["annotations"] == of_grafana["annotations"]
    assert of_prometheus["annotations"]["runbook"] == f"docs/runbooks/reconciliation.md#{alert.name.lower()}"
    assert all(of_prometheus["annotations"].values())
    query, _, threshold = (step["model"] for step in of_grafana["data"])
    (bound,) = threshold["conditions"][0]["evaluator"]["params"]
    assert of_prometheus["expr"] == f"({query['expr']}) > {bound:g}"


@each_alert
def test_an_alert_asks_for_what_is_exported(
    alert: Alert, of_prometheus: dict[str, Any], of_grafana: dict[str, Any]
) -> None:
    assert metrics_in(of_prometheus["expr"]) <= exported().keys() | {"up"}
    assert metrics_in(alert.query)


@each_alert
def test_grafana_is_told_to_ask_to_take_the_last_value_and_to_compare_it(
    alert: Alert, of_prometheus: dict[str, Any], of_grafana: dict[str, Any]
) -> None:
    """Without these three, and without the threshold's `expression`, Grafana refuses the rule."""
    query, last, threshold = of_grafana["data"]
    assert [step["refId"] for step in (query, last, threshold)] == ["A", "B", "C"]
    assert all(step["refId"] == step["model"]["refId"] for step in (query, last, threshold))
    assert (query["datasourceUid"], query["model"]["instant"]) == (DATASOURCE, True)
    assert query["relativeTimeRange"]["from"] > query["relativeTimeRange"]["to"] == 0
    assert last["datasourceUid"] == threshold["datasourceUid"] == "__expr__"
    assert (last["model"]["type"], last["model"]["expression"], last["model"]["reducer"]) == ("reduce", "A", "last")
    assert (threshold["model"]["type"], threshold["model"]["expression"]) == ("threshold", "B")
    assert [step["evaluator"]["type"] for step in threshold["model"]["conditions"]] == ["gt"]
    assert of_grafana["condition"] == "C"
    assert (of_grafana["noDataState"], of_grafana["execErrState"]) == ("OK", "Error")
    for step, model in ((query, Dataquery), (last, TypeReduce), (threshold, TypeThreshold)):
        assert faults_of(step, Query) == []
        assert faults_of(step["model"], model) == []


@each_alert
def test_grafana_finds_no_variable_of_its_environment_in_a_rule(
    alert: Alert, of_prometheus: dict[str, Any], of_grafana: dict[str, Any]
) -> None:
    """It fills `$NAME` in everywhere but in annotations."""
    rest = {key: value for key, value in of_grafana.items() if key != "annotations"}
    assert "$" not in json.dumps(rest)


def test_grafana_takes_the_file() -> None:
    assert GRAFANA["apiVersion"] == 1
    uids = [rule["uid"] for rule in OF_GRAFANA["rules"]]
    assert len(set(uids)) == len(uids)
    assert all(len(uid) <= 40 for uid in uids)
    assert int(OF_GRAFANA["interval"].removesuffix("s")) % 10 == 0


def test_prometheus_scrapes_a_node_with_the_shipped_settings_under_the_job_that_the_alerts_ask_for() -> None:
    settings = load(env={}, settings_dir=ROOT / "settings").monitor
    config = read("prometheus/prometheus.yml")
    (scraped,) = config["scrape_configs"]
    assert scraped["job_name"] == JOB
    assert scraped["static_configs"] == [{"targets": [f"{settings.host}:{settings.port}"]}]
    assert config["rule_files"] == ["rules.yml"]


def test_the_example_of_alertmanager_names_alerts_that_there_are() -> None:
    names = {alert.name for alert in ALERTS}
    for rule in read("prometheus/alertmanager.yml")["inhibit_rules"]:
        for matcher in rule["source_matchers"] + rule["target_matchers"]:
            assert matcher.removeprefix('alertname = "').removesuffix('"') in names
