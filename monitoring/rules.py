"""The table of alerts as a rule file of Prometheus and as one of Grafana, so that both raise the same."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import yaml
from grafana_foundation_sdk.builders import alerting, expr, prometheus
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.alerting import RelativeTimeRange
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from reconciliation.monitor.alerts import ALERTS, Alert

GROUP: Final = "reconciliation"
FOLDER: Final = "Recon"
RUNBOOK: Final = "docs/runbooks/reconciliation.md"
DATASOURCE: Final = "prometheus"
"""The uid that the Prometheus data source of Grafana must have: a provisioned rule cannot ask for it."""

_EXPRESSIONS: Final = "__expr__"
"""Grafana's own data source, which computes with the results of others."""
_EVERY: Final = "30s"
"""Grafana takes multiples of ten seconds only."""
_LOOK_BACK_SECS: Final = 600
_HEAD: Final = "# Generated from reconciliation/monitor/alerts.py; change it there and run: make generate\n"


def prometheus_rules() -> str:
    """Return the rule file of Prometheus."""
    rules = [
        {
            "alert": alert.name,
            "expr": alert.expression,
            "for": f"{alert.for_secs}s",
            "labels": _labels(alert),
            "annotations": _annotations(alert),
        }
        for alert in ALERTS
    ]
    return _yaml({"groups": [{"name": GROUP, "rules": rules}]})


def grafana_rules() -> str:
    """Return the rules as Grafana provisions them from a file."""
    rules = [
        {
            "uid": _uid(alert),
            "title": alert.name,
            "condition": "C",
            "data": json.loads(json.dumps([query.build() for query in _queries(alert)], cls=JSONEncoder)),
            # A query that finds nothing has nothing to say; that a node is not there is an alert of its own.
            "noDataState": "OK",
            "execErrState": "Error",
            "for": f"{alert.for_secs}s",
            "labels": _labels(alert),
            "annotations": _annotations(alert),
        }
        for alert in ALERTS
    ]
    group = {"orgId": 1, "name": GROUP, "folder": FOLDER, "interval": _EVERY, "rules": rules}
    return _yaml({"apiVersion": 1, "groups": [group]})


def _queries(alert: Alert) -> Iterator[alerting.Query]:
    """Yield the three steps without which Grafana does not load a rule: what is asked, its last value, the bound."""
    asked = prometheus.Dataquery().expr(alert.query).instant().ref_id("A")
    asked = asked.datasource(DataSourceRef(type_val="prometheus", uid=DATASOURCE))
    look_back = RelativeTimeRange(from_val=_LOOK_BACK_SECS, to=0)
    yield alerting.Query("A").datasource_uid(DATASOURCE).relative_time_range(look_back).model(asked)

    here = DataSourceRef(type_val=_EXPRESSIONS, uid=_EXPRESSIONS)
    last = expr.TypeReduce().datasource(here).expression("A").reducer("last").ref_id("B")
    yield alerting.Query("B").datasource_uid(_EXPRESSIONS).model(last)

    evaluator = expr.ExprTypeThresholdConditionsEvaluator().type("gt").params([alert.above])
    condition = expr.ExprTypeThresholdConditions().evaluator(evaluator)
    above = expr.TypeThreshold().datasource(here).expression("B").conditions([condition]).ref_id("C")
    yield alerting.Query("C").datasource_uid(_EXPRESSIONS).model(above)


def _uid(alert: Alert) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", alert.name).lower()


def _labels(alert: Alert) -> dict[str, str]:
    return {"severity": alert.severity}


def _annotations(alert: Alert) -> dict[str, str]:
    runbook = f"{RUNBOOK}#{alert.name.lower()}"
    return {"summary": alert.summary, "action": alert.action, "runbook": runbook}


def _yaml(data: dict[str, Any]) -> str:
    return _HEAD + yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=1_000)
