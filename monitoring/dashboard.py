"""The dashboard of Grafana: a row a question, in the order in which an operator asks them."""

import json
from collections.abc import Mapping
from typing import Final

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as models

from monitoring.panels import DATASOURCE, built
from monitoring.rows.agreement import DISCREPANCIES, FILLS, RECONCILED
from monitoring.rows.checks import CHECKS, DURATION
from monitoring.rows.nodes import CONFIGURATION, PROCESS
from monitoring.rows.surroundings import CACHE, COST, GATE
from reconciliation.monitor.families import PREFIX

UID: Final = "recon-reconciliation"
UNUSED: Final[Mapping[str, str]] = {}
"""Metrics that neither the dashboard nor an alert shows, by their names in the table, each with the reason."""

ROWS: Final = (RECONCILED, CHECKS, DISCREPANCIES, FILLS, DURATION, CACHE, GATE, COST, CONFIGURATION, PROCESS)


def dashboard_json() -> str:
    """Return the dashboard in Grafana's form."""
    builder = (
        dashboard.Dashboard("Reconciliation")
        .uid(UID)
        .description("NautilusTrader nodes that recon runs. Generated from monitoring/rows: change it there.")
        .tags(["nautilus-trader", "recon"])
        .time("now-3h", "now")
        .refresh("30s")
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .with_variable(dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus"))
        .with_variable(_choice("trader", "Trader", f"label_values({PREFIX}build_info, trader_id)"))
        .with_variable(
            _choice("account", "Account", f'label_values({PREFIX}build_info{{trader_id=~"$trader"}}, account)')
        )
    )
    number = 0
    for row in ROWS:
        builder.with_row(dashboard.Row(row.title).id(number := number + 1))
        for panel in row.panels:
            builder.with_panel(built(panel, number := number + 1))
    return json.dumps(builder.build(), cls=JSONEncoder, indent=2, ensure_ascii=False) + "\n"


def _choice(name: str, label: str, query: str) -> dashboard.QueryVariable:
    """Return a variable of which several values may be chosen; in the beginning it is all of them."""
    return (
        dashboard.QueryVariable(name)
        .label(label)
        .query(query)
        .datasource(DATASOURCE)
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(models.VariableSort.ALPHABETICAL_ASC)
        .multi(multi=True)
        .include_all(include_all=True)
        .all_value(".*")
        .current(models.VariableOption(selected=True, text=["All"], value=["$__all"]))
    )
