"""The shipped rules, of Prometheus and of Grafana."""

from pathlib import Path
from typing import Any, Final

import yaml

MONITORING: Final = Path(__file__).parents[2] / "monitoring"
PROMETHEUS_RULES: Final = MONITORING / "prometheus/rules.yml"
GRAFANA_RULES: Final = MONITORING / "grafana/alerts/reconciliation.yaml"


def prometheus_rules() -> dict[str, dict[str, Any]]:
    """Return each rule of Prometheus by the name of its alert."""
    return _rules(PROMETHEUS_RULES, "alert")


def grafana_rules() -> dict[str, dict[str, Any]]:
    """Return each rule of Grafana by the name of its alert."""
    return _rules(GRAFANA_RULES, "title")


def _rules(file: Path, name: str) -> dict[str, dict[str, Any]]:
    groups = yaml.safe_load(file.read_text("utf-8"))["groups"]
    return {rule[name]: rule for group in groups for rule in group["rules"]}
