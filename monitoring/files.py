"""Which file holds what is generated here."""

from monitoring.dashboard import dashboard_json
from monitoring.rules import grafana_rules, prometheus_rules


def files() -> dict[str, str]:
    """Return each file's text by its path in the repository."""
    return {
        "monitoring/prometheus/rules.yml": prometheus_rules(),
        "monitoring/grafana/alerts/reconciliation.yaml": grafana_rules(),
        "monitoring/grafana/dashboards/reconciliation.json": dashboard_json(),
    }
