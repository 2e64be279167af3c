"""The guide on monitoring: a node, a Prometheus and an Alertmanager do as it says, and its tables are whole.

Two things are not as a reader has them: the ports, which are free ones, and Prometheus' intervals, which are a second.
"""

import json
import re
import shutil
import socket
from pathlib import Path
from typing import Any, Final

import parts
import pytest
import yaml
from pages import free_ports, play, with_ports

from monitoring.rules import DATASOURCE
from monitoring.servers import FOLDER
from reconciliation.layers.resolve import load
from reconciliation.monitor.alerts import ALERTS
from reconciliation.monitor.families import FAMILIES, PREFIX
from reconciliation.monitor.health import LATE, RUN_SECS, STALLED_SECS
from reconciliation.monitor.identity import Identity
from reconciliation.monitor.server import Access, MonitorServer
from reconciliation.monitor.status import Check, Status
from reconciliation.node.fleet import EXPIRES_SECS
from reconciliation.rules.database import TOLD_EVERY_SECS

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = ROOT / "docs" / "guides" / "monitoring.md"
TEXT: Final = PAGE.read_text("utf-8")
GRAFANA: Final = ROOT / "monitoring" / "grafana"
PORTS: Final = ("9464", "9090", "9093")
ROW: Final = re.compile(r"^\| \[`(\w+)`\]\((\S+)\) \| (\w+) \| (.+) \|$", re.MULTILINE)


def test_every_command_does_what_the_guide_shows(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, nothing_left_behind: None
) -> None:
    programs = {
        "prometheus": parts.prometheus(),
        "promtool": parts.promtool(),
        "prometheus-alertmanager": parts.alertmanager(),
    }
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    bin_folder = tmp_path_factory.mktemp("bin")
    for name, program in programs.items():
        (bin_folder / name).symlink_to(program)
    shutil.copytree(ROOT / "monitoring" / "prometheus", tmp_path / "monitoring" / "prometheus")
    for file in (tmp_path / "monitoring" / "prometheus").iterdir():
        text = with_ports(file.read_text("utf-8"), ports)
        file.write_text(text.replace("_interval: 15s", "_interval: 1s"), "utf-8")
    (tmp_path / ".parts").symlink_to(FOLDER.parents[1])
    variables = {"RECON_MONITOR_PORT": ports["9464"], "RECON_NODE_TIMEOUT_POST_STOP": "0.1"}
    play(with_ports(TEXT, ports), tmp_path, bin_folder, variables)


def test_the_ports_of_the_guide_are_those_of_the_settings_and_of_the_shipped_files() -> None:
    shipped = load(env={}, settings_dir=ROOT / "settings").monitor
    assert str(shipped.port) == PORTS[0]
    assert f"are {shipped.host} and {shipped.port}" in TEXT
    config = (ROOT / "monitoring" / "prometheus" / "prometheus.yml").read_text("utf-8")
    assert f'"127.0.0.1:{PORTS[2]}"' in config
    assert config.count("_interval: 15s") == 2


def test_the_table_has_every_alert_with_its_severity_and_its_section_of_the_runbook() -> None:
    told = [(name, link, severity) for name, link, severity, _ in ROW.findall(TEXT)]
    runbook = "../runbooks/reconciliation.md"
    assert told == [(alert.name, f"{runbook}#{alert.name.lower()}", alert.severity) for alert in ALERTS]


def test_what_is_told_in_numbers_holds() -> None:
    assert (LATE, RUN_SECS, STALLED_SECS) == (3, 30, 30)
    assert TEXT.count("three of its periods and 30 s") == 3
    assert TEXT.count("silent for 30 s") == 3
    assert f"at most {TOLD_EVERY_SECS:g} s old" in TEXT
    assert f"gone after {EXPIRES_SECS} s" in TEXT


def test_the_endpoints_of_the_guide_are_those_of_a_node() -> None:
    paths = set(re.findall(r"^\| `(/\w+)` \|", TEXT, re.MULTILINE))
    identity = Identity("T-1", "A", "standard", "f", "1", "1")
    with MonitorServer(Status(lambda: 1.0, dict.fromkeys(Check, 5.0)), identity, Access()) as server:
        assert paths == server_paths(server.url)


def server_paths(url: str) -> set[str]:
    """What a node says that there is, asked for something else."""
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as asking:
        asking.sendall(b"GET /else HTTP/1.0\r\n\r\n")
        with asking.makefile("r", encoding="utf-8") as answer:
            told = answer.read().strip().splitlines()[-1]
    return set(told.removeprefix("there are ").split(", "))


def yaml_blocks() -> list[Any]:
    found = re.findall(r"^( *)```yaml\n(.*?)^ *```", TEXT, re.MULTILINE | re.DOTALL)
    return [yaml.safe_load(re.sub(rf"^{indent}", "", text, flags=re.MULTILINE)) for indent, text in found]


def test_the_provider_of_the_guide_is_the_shipped_one_and_has_what_grafana_wants() -> None:
    (provider, _) = yaml_blocks()
    shipped = yaml.safe_load((GRAFANA / "dashboards" / "provider.yaml").read_text("utf-8"))
    assert provider == shipped
    assert shipped["apiVersion"] == 1
    (only,) = shipped["providers"]
    assert (only["type"], only.keys()) == ("file", {"name", "folder", "type", "options"})
    assert only["options"].keys() == {"path"}


def test_the_data_source_is_the_one_that_the_alerts_ask() -> None:
    shipped = yaml.safe_load((GRAFANA / "datasources" / "prometheus.yaml").read_text("utf-8"))
    assert shipped["apiVersion"] == 1
    (only,) = shipped["datasources"]
    assert (only["type"], only["uid"]) == ("prometheus", DATASOURCE)
    assert only["url"] == f"http://127.0.0.1:{PORTS[1]}"


def test_the_probes_ask_for_what_they_are_for_at_the_port_of_the_settings() -> None:
    (_, container) = yaml_blocks()
    (port,) = container["ports"]
    assert str(port["containerPort"]) == PORTS[0]
    paths = {name: probe["httpGet"]["path"] for name, probe in container.items() if name.endswith("Probe")}
    assert paths == {"startupProbe": "/healthz", "livenessProbe": "/healthz", "readinessProbe": "/readyz"}
    assert {probe["httpGet"]["port"] for name, probe in container.items() if name.endswith("Probe")} == {port["name"]}
    env = {each["name"]: each["value"] for each in container["env"]}
    assert load(env=env, settings_dir=ROOT / "settings").monitor.enabled


def test_the_page_of_metrics_has_every_metric_by_the_name_that_it_is_served_by() -> None:
    page = (ROOT / "docs" / "reference" / "metrics.md").read_text("utf-8")
    told = re.findall(r"^\| `(\w+)` \| (\w+) \|", page, re.MULTILINE)
    ends = {"counter": "_total", "gauge": "", "histogram": ""}
    assert told == [(PREFIX + family.name + ends[family.kind], family.kind) for family in FAMILIES]


def test_the_dashboard_is_a_file_that_the_provider_finds() -> None:
    assert json.loads((GRAFANA / "dashboards" / "reconciliation.json").read_text("utf-8"))["title"]
