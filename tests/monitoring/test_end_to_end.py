"""A real Prometheus scrapes a real node by the shipped files, and a real Alertmanager tells of what happens to it.

Those files are changed in two ways only: addresses, and time, which runs sixty times as fast in them. Bounds, which are
no time that passes in Prometheus but values that are compared, stay as they are.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import yaml
from prometheus import Prometheus, Webhook, alertmanager, prometheus, webhook
from stage import RESTING_BID, TRADER, NodeCache, Stage, acknowledged_bid, environment, until

from reconciliation.drill.node_process import NodeProcess
from reconciliation.embedded.venue import VenueProcess
from reconciliation.monitor.alerts import ALERTS, JOB

MONITORING: Final = Path(__file__).parents[2] / "monitoring"
DASHBOARD: Final = MONITORING / "grafana/dashboards/reconciliation.json"
WATCHED: Final = {"RECON_MONITOR_ENABLED": "true", "RECON_MONITOR_PORT": "0"}
FASTER: Final = 60
UNIT_MS: Final = {"s": 1_000, "m": 60_000, "h": 3_600_000}
DURATION: Final = re.compile(r"(?:^(?=\w+$)|(?<=\[)|(?<=\boffset ))(?P<number>\d+)(?P<unit>[smh])\b")
"""Alone, in brackets, or after `offset`."""

SILENT: Final = {
    "ReconOrdersStuckInFlight": "no order awaits an answer",
    "ReconHeldAbsent": "the venue tells of all that the node holds",
    "ReconCheckFailing": "no run of a check has failed within five minutes",
}
"""The alerts whose queries find nothing in a healthy node; everything else has a value."""


class Watch(NamedTuple):
    """What watches a node."""

    prometheus: Prometheus
    webhook: Webhook


@contextmanager
def watched(node: NodeProcess, folder: Path) -> Iterator[Watch]:
    """Run what the shipped files tell of beside a node."""
    folder.mkdir()
    (folder / "rules.yml").write_text(yaml.safe_dump(shipped("rules.yml")), "utf-8")
    with webhook() as hook:
        routes = shipped("alertmanager.yml")
        (receiver,) = routes["receivers"]
        receiver["webhook_configs"][0]["url"] = hook.url
        with alertmanager(folder, routes) as alerts:
            config = shipped("prometheus.yml")
            config["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [alerts]
            (job,) = config["scrape_configs"]
            job["static_configs"][0]["targets"] = [address(node)]
            with prometheus(folder, config) as server:
                yield Watch(server, hook)


def shipped(name: str) -> Any:
    """A shipped file in which time runs faster."""
    return faster(yaml.safe_load((MONITORING / "prometheus" / name).read_text("utf-8")))


def faster(value: Any) -> Any:
    """Divide every duration in what was read from a file: whole values, and those in queries."""
    if isinstance(value, dict):
        return {key: faster(each) for key, each in value.items()}
    if isinstance(value, list):
        return [faster(each) for each in value]
    return DURATION.sub(shorter, value) if isinstance(value, str) else value


def shorter(duration: re.Match[str]) -> str:
    number, unit = duration["number"], duration["unit"]
    return f"{int(number) * UNIT_MS[unit] // FASTER}ms"


def address(node: NodeProcess) -> str:
    return urlsplit(str(node.wait_for("node_monitored")["url"])).netloc


def dashboard() -> Any:
    return json.loads(DASHBOARD.read_text("utf-8"))


def panel_queries(panels: list[dict[str, Any]]) -> Iterator[str]:
    """Every query of a dashboard's panels, for all nodes."""
    for panel in panels:
        for target in panel.get("targets", ()):
            query = target["expr"]
            for variable, value in {
                "$trader": ".*",
                "$account": ".*",
                "$__rate_interval": "1m",
                "$__interval": "1m",
            }.items():
                query = query.replace(variable, value)
            assert "$" not in query
            yield query
        yield from panel_queries(panel.get("panels", []))


def loud_queries() -> Iterator[str]:
    """Every query of an alert that is not silent."""
    return (alert.query for alert in ALERTS if alert.name not in SILENT)


def test_time_runs_faster_and_nothing_else_is_changed() -> None:
    assert faster("5m") == "5000ms"
    assert faster({"for": "300s", "expr": "x[10m] > 30 unless x offset 5m"}) == {
        "for": "5000ms",
        "expr": "x[10000ms] > 30 unless x offset 5000ms",
    }
    for text in ("took longer than 5 s", "5m of it", "1s5", 30, True):
        assert faster(text) == text


def test_a_node_is_watched_by_the_shipped_files(stage: Stage, venue: VenueProcess, redis: str, tmp_path: Path) -> None:
    node = stage.node(environment(venue, redis, **WATCHED), RESTING_BID)
    bid = acknowledged_bid(venue, NodeCache(redis))
    with watched(node, tmp_path / "watch") as watch:
        every_query_finds_something(watch.prometheus)
        until(lambda: not watch.prometheus.raised(), "a healthy node raises nothing")

        assert venue.control.freeze() == 1  # the node's stream is dead, and the node cannot know
        venue.control.fill(bid, quantity="0.004")
        fired = told_of(watch, "ReconFillsRecovered")
        assert fired["labels"].items() >= {"trader_id": TRADER, "origin": "runtime", "severity": "warning"}.items()
        venue.control.drop()
        ended(watch, "ReconFillsRecovered")

        venue.control.fail("GET /fapi/v1/openOrders", status=503)
        fired = told_of(watch, "ReconNotReconciled")
        assert fired["annotations"]["summary"] == (
            f"{TRADER} has not been reconciled with {fired['labels']['account']} for five minutes."
        )
        venue.control.clear_faults()
        ended(watch, "ReconNotReconciled")

        until(lambda: not watch.prometheus.raised(), "it is healthy again")
        gone = {"instance": address(node), "job": JOB}
        assert node.stop() == 0
        fired = told_of(watch, "ReconTargetAbsent")
        assert fired["labels"].items() >= gone.items()


def every_query_finds_something(server: Prometheus) -> None:
    """See that no query of dashboard and rules is about what is not there."""
    for query in [*panel_queries(dashboard()["panels"]), *loud_queries()]:
        finds_something(server, query)
    for alert in ALERTS:
        assert alert.name not in SILENT or not server.vector(alert.query), SILENT[alert.name]
    variables = [each["query"] for each in dashboard()["templating"]["list"] if each["type"] == "query"]
    assert variables
    for variable in variables:
        found = re.fullmatch(r"label_values\((.+), (\w+)\)", variable)
        assert found is not None, variable
        assert server.label_values(found[2], found[1].replace("$trader", ".*")), variable


def finds_something(server: Prometheus, query: str) -> None:
    until(lambda: server.vector(query), f"there is something to see: {query}")


def told_of(watch: Watch, alert: str) -> dict[str, Any]:
    """Await that an alert fires and that word of it arrives, and return that."""
    until(lambda: watch.prometheus.firing(alert), f"{alert} fires")
    return until(lambda: watch.webhook.last(alert, "firing"), f"word of {alert} arrives")


def ended(watch: Watch, alert: str) -> None:
    """Await that an alert fires no more, and that word of that arrives."""
    until(lambda: not watch.prometheus.firing(alert), f"{alert} ends")
    until(lambda: watch.webhook.last(alert, "resolved"), f"word that {alert} has ended arrives")
