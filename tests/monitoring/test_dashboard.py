"""The dashboard: Grafana's models know all of it, each panel can be read at night, each query asks what is there."""

import json
import re
from collections import Counter
from copy import deepcopy
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from grafana_foundation_sdk.models.dashboard import Dashboard
from grafana_models import faults_of
from promql import exported, metrics_in

from monitoring.dashboard import ROWS, UNUSED
from reconciliation.monitor.alerts import ALERTS
from reconciliation.monitor.durations import BOUNDS_SECS, CHECK_SECS
from reconciliation.monitor.families import FAMILIES, PREFIX
from reconciliation.monitor.metrics import NODE_LABELS

ROOT = Path(__file__).parents[2]
WRITTEN = json.loads((ROOT / "monitoring/grafana/dashboards/reconciliation.json").read_text("utf-8"))
PANELS = [panel for panel in WRITTEN["panels"] if panel["type"] != "row"]
QUERIES = [(panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]]
CHOSEN = 'trader_id=~"$trader",account=~"$account"'
OF_EVERY_TARGET = {"job", "instance"}


def test_grafanas_models_know_all_of_it() -> None:
    assert faults_of(WRITTEN, Dashboard) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("titel",), "Reconciliation"),
        (("schemaVersion",), "36"),
        (("refresh",), 30),
        (("graphTooltip",), 7),
        (("panels", 1, "unit"), "s"),
        (("panels", 1, "gridPos", "w"), "5"),
        (("panels", 1, "targets", 0, "query"), "up"),
        (("panels", 1, "targets", 0, "instant"), "yes"),
        (("panels", 1, "fieldConfig", "defaults", "thresholds", "mode"), "relative"),
        (("panels", 1, "fieldConfig", "defaults", "thresholds", "steps", 1, "value"), "1"),
        (("panels", 1, "options", "textMode"), "large"),
        (("panels", 6, "fieldConfig", "defaults", "custom", "drawStyle"), "lines"),
        (("panels", 6, "fieldConfig", "defaults", "custom", "width"), 1),
        (("templating", "list", 1, "multi"), 1),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else None,
)
def test_what_grafanas_models_do_not_know_is_found(path: tuple[str | int, ...], value: object) -> None:
    broken = deepcopy(WRITTEN)
    *way, last = path
    inner = broken
    for step in way:
        inner = inner[step]
    inner[last] = value
    assert faults_of(broken, Dashboard)


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_a_panel_says_what_it_shows_in_which_unit_and_what_is_good(panel: dict[str, Any]) -> None:
    defaults = panel["fieldConfig"]["defaults"]
    assert panel["title"]
    assert panel["description"].endswith(".")
    assert defaults["unit"]
    values = [step["value"] for step in defaults["thresholds"]["steps"]]
    assert values[0] is None, "the first step begins below everything"
    assert values[1:] == sorted(values[1:])
    assert panel["targets"]
    assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


def test_every_panel_of_the_rows_is_there_and_has_a_number_of_its_own() -> None:
    titles = [title for row in ROWS for title in (row.title, *(panel.title for panel in row.panels))]
    assert [panel["title"] for panel in WRITTEN["panels"]] == titles
    assert max(Counter(titles).values()) == 1
    assert max(Counter(panel["id"] for panel in WRITTEN["panels"]).values()) == 1


def test_no_panel_covers_another_and_every_line_is_full() -> None:
    places = [panel["gridPos"] for panel in WRITTEN["panels"]]
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below, (one, other)
    widths: Counter[int] = Counter()
    for place in places:
        widths[place["y"]] += place["w"]
    assert set(widths.values()) == {24}


@pytest.mark.parametrize(("title", "promql"), QUERIES)
def test_a_query_asks_for_what_is_exported_by_the_chosen_nodes(title: str, promql: str) -> None:
    named = metrics_in(promql)
    assert named
    assert named <= exported().keys()
    of_nodes = re.findall(rf"{PREFIX}\w+", promql)
    assert of_nodes, "what a node exports bears its trader and account"
    for name in of_nodes:
        assert f"{name}{{{CHOSEN}" in promql, name


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_a_legend_and_a_column_name_labels_that_there_are(panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        labels = set().union(*(exported()[name] for name in metrics_in(target["expr"])), OF_EVERY_TARGET)
        assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= labels
        for transformation in panel["transformations"]:
            assert set(transformation["options"].get("renameByName", ())) <= labels | {"Value"}


def test_every_metric_is_shown_by_a_panel_or_an_alert_or_says_why_not() -> None:
    asked = [promql for _, promql in QUERIES] + [alert.query for alert in ALERTS]
    series = set().union(*map(metrics_in, asked))
    shown = {name for name in series for name in (name, re.sub(r"_(total|bucket|sum|count)$", "", name))}
    unseen = {family.name for family in FAMILIES if PREFIX + family.name not in shown}
    assert unseen == UNUSED.keys()
    assert all(UNUSED.values())


def test_the_variables_choose_a_data_source_traders_and_accounts() -> None:
    chosen = {variable["name"]: variable for variable in WRITTEN["templating"]["list"]}
    assert [*chosen] == ["datasource", "trader", "account"]
    assert chosen["datasource"]["query"] == "prometheus"
    for name, label in (("trader", "trader_id"), ("account", "account")):
        asked = re.fullmatch(r"label_values\((\w+)(?:\{.*\})?, (\w+)\)", chosen[name]["query"])
        assert asked
        assert asked[1] in exported()
        assert asked[2] == label
        assert label in NODE_LABELS


def test_the_limit_of_a_check_is_the_one_that_its_alert_has() -> None:
    slow = next(alert for alert in ALERTS if alert.name == "ReconCheckSlow")
    assert f'le="{CHECK_SECS}"' in slow.query
    assert CHECK_SECS in BOUNDS_SECS
