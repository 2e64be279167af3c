"""The alerts of Grafana say of the same data what those of Prometheus do.

No Grafana runs here: its query is answered by promtool, and its three steps are taken as the file has them.
"""

from collections.abc import Mapping
from typing import Final

import pytest
from alert_cases import CASES, Case
from promtool import Asked, Labels, Rule, Vector, answers, without
from rule_files import grafana_rules, prometheus_rules

from reconciliation.monitor.alerts import ALERTS

EXPRESSION: Final = "__expr__"
"""The source of a step that takes the result of another and asks nobody."""
Rules = Mapping[str, Rule]


@pytest.fixture(scope="module")
def prometheus() -> Rules:
    return prometheus_rules()


@pytest.fixture(scope="module")
def grafana() -> Rules:
    return grafana_rules()


def query_of(rule: Rule) -> str:
    """The one query of a rule; an instant one, which has one value a series."""
    (step,) = [step for step in rule["data"] if step["datasourceUid"] != EXPRESSION]
    assert step["model"]["instant"] is True
    assert step["model"]["range"] is False
    return str(step["model"]["expr"])


def alerting(rule: Rule, answer: Vector) -> set[Labels]:
    """Take a rule's steps on the answer to its query, and return the label sets that it alerts for."""
    results: dict[str, Vector] = {}
    for step in rule["data"]:
        model = step["model"]
        assert model["refId"] == step["refId"]
        if step["datasourceUid"] != EXPRESSION:
            result = answer
        elif model["type"] == "reduce":
            assert model["reducer"] == "last"
            result = results[model["expression"]]
        else:
            assert model["type"] == "threshold"
            (condition,) = model["conditions"]
            assert condition["evaluator"]["type"] == "gt"
            (bound,) = condition["evaluator"]["params"]
            result = {labels: float(value > bound) for labels, value in results[model["expression"]].items()}
        results[step["refId"]] = result
    return {labels for labels, value in results[rule["condition"]].items() if value}


def test_both_tell_the_same_after_the_same_time(prometheus: Rules, grafana: Rules) -> None:
    assert list(grafana) == list(prometheus) == [alert.name for alert in ALERTS]
    for name, rule in grafana.items():
        assert [rule[key] for key in ("for", "labels", "annotations")] == [
            prometheus[name][key] for key in ("for", "labels", "annotations")
        ]
        # As in Prometheus a query that finds nothing raises nothing.
        assert rule["noDataState"] == "OK"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.alert}: {case.story}")
def test_grafana_alerts_where_prometheus_does(case: Case, prometheus: Rules, grafana: Rules) -> None:
    """Each minute, and at each moment that the case tells of; pending is alerting here, for both wait as long."""
    rule = grafana[case.alert]
    moments = sorted({*(f"{secs}s" for secs in case.minutes), *case.fires})
    raised = [Asked(f'ALERTS{{alertname="{case.alert}"}}', moment) for moment in moments]
    asked = [Asked(query_of(rule), moment) for moment in moments]
    told = answers([prometheus[case.alert]], case.series, raised + asked)
    of_prometheus, of_grafana = told[: len(moments)], told[len(moments) :]
    assert {moment: alerting(rule, answer) for moment, answer in zip(moments, of_grafana, strict=True)} == {
        moment: without(vector, "alertname", "alertstate", "severity")
        for moment, vector in zip(moments, of_prometheus, strict=True)
    }
    for moment, firing in case.fires.items():
        assert set(firing) <= alerting(rule, of_grafana[moments.index(moment)]), moment
