"""What `deploy/` holds is accepted by whom it is for, and says the same as the settings and the plan."""

import re
import shutil
import stat
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import parts
import pytest
import yaml
from click.testing import CliRunner
from jail import ROOT, Jail

from reconciliation.cli.main import main
from reconciliation.errors import ExitCode
from reconciliation.layers.resolve import load
from reconciliation.monitor.health import STALLED_SECS
from reconciliation.rules.stages import shutdown_secs, startup_secs

DEPLOY: Final = ROOT / "deploy"
UNIT: Final = (DEPLOY / "systemd" / "recon@.service").read_text("utf-8")
CONTAINERFILE: Final = (DEPLOY / "container" / "Containerfile").read_text("utf-8")
SECRETS: Final = {"cache_url": "redis://cache:6379", "venue_api_key": "key", "venue_api_secret": "secret"}
IMPORTS_SECS: Final = 30.0
"""For what comes before a start's stages, on a machine that is slow."""


@pytest.fixture(scope="module")
def manifests(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What `kubectl apply -k` would send, by kind."""
    folder = tmp_path_factory.mktemp("kubernetes") / "node"
    shutil.copytree(DEPLOY / "kubernetes", folder)
    shutil.copytree(ROOT / "settings", folder / "settings")
    sent = subprocess.run([parts.kubectl(), "kustomize", folder], capture_output=True, text=True, check=True).stdout
    return {each["kind"]: each for each in yaml.safe_load_all(sent)}


def lines(section: str) -> dict[str, list[str]]:
    """Return the values of a section of the unit, by key."""
    found: dict[str, list[str]] = {}
    text = UNIT.split(f"[{section}]\n", 1)[1].split("\n[", 1)[0]
    for key, value in re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE):
        found.setdefault(key, []).append(value)
    return found


SERVICE: Final = lines("Service")


def judged(jail: Jail, variables: Mapping[str, str], mounted: str) -> str:
    """Return what `recon check` says of the environment of a deployment, its secrets being where it mounts them."""
    for name, secret in SECRETS.items():
        jail.secret(secret, name=f"secrets/{name}")
    env = {name: value.replace(mounted, "secrets") for name, value in variables.items()}
    env["RECON_SETTINGS_DIR"] = str(ROOT / "settings")
    done = CliRunner(env=env).invoke(main, ["check"])
    assert done.exit_code == ExitCode.FINE, done.output
    return done.output


# -- systemd ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wrong", "told"), [("", ""), ("TimeoutStopSecs=60\n", "Unknown key 'TimeoutStopSecs'")])
def test_systemd_takes_the_unit(tmp_path: Path, wrong: str, told: str) -> None:
    command = tmp_path / "recon"
    command.write_text("#!/bin/sh\n", "utf-8")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    unit = tmp_path / "recon@maker.service"
    text = UNIT.replace("/opt/recon/bin/recon", str(command))
    unit.write_text(text.replace("[Service]\n", f"[Service]\n{wrong}"), "utf-8")
    verify = [parts.systemd_analyze(), "verify", "--man=no", str(unit)]
    said = subprocess.run(verify, capture_output=True, text=True, check=True).stderr
    assert told in said if told else not said


def test_the_environment_of_the_unit_is_one_that_recon_takes(jail: Jail) -> None:
    given = dict(value.split("=", 1) for value in SERVICE["Environment"])
    of_file = (DEPLOY / "systemd" / "node.env").read_text("utf-8")
    given |= dict(re.findall(r"^(\w+)=(.*)$", of_file, re.MULTILINE))
    assert "fine" in judged(jail, given, mounted="%d")
    loaded = {value.partition(":")[0] for value in SERVICE["LoadCredential"]}
    assert loaded == SECRETS.keys() == {value.removeprefix("%d/") for value in given.values() if "%d" in value}


def test_the_unit_allows_what_a_start_a_stop_and_a_busy_loop_may_take() -> None:
    node = load(env={}, settings_dir=ROOT / "settings").node
    assert float(SERVICE["TimeoutStopSec"][0]) > shutdown_secs(node)
    assert float(SERVICE["TimeoutStartSec"][0]) >= sum(startup_secs(node, reconciles=True).values()) + (
        node.lease_secs + IMPORTS_SECS
    )
    assert float(SERVICE["WatchdogSec"][0]) > STALLED_SECS
    assert f"RECON_FACTS_CONTAINER_GRACE_SECS={SERVICE['TimeoutStopSec'][0]}" in SERVICE["Environment"]
    assert f"RECON_FACTS_SUPERVISOR_RESTARTS={SERVICE['Restart'][0]}" in SERVICE["Environment"]
    assert SERVICE["RestartPreventExitStatus"] == [str(int(ExitCode.UNUSABLE))]
    assert SERVICE["Type"] == ["notify"]
    assert lines("Unit")["StartLimitIntervalSec"] == ["0"]  # what a node waits for may be away for hours


# -- Kubernetes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wrong", "code"), [("", 0), ("terminationGracePeriodSecs: 60", 1)])
def test_kubernetes_takes_the_manifests(
    manifests: dict[str, dict[str, Any]], tmp_path: Path, wrong: str, code: int
) -> None:
    text = yaml.safe_dump_all(manifests.values())
    file = tmp_path / "manifests.yaml"
    file.write_text(text.replace("enableServiceLinks: false", wrong) if wrong else text, "utf-8")
    done = subprocess.run([parts.kubernetes_validate(), "--strict", file], capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr


def test_the_pod_is_one_that_recon_takes(manifests: dict[str, dict[str, Any]], jail: Jail) -> None:
    stateful_set = manifests["StatefulSet"]["spec"]
    pod = stateful_set["template"]["spec"]
    (node,) = pod["containers"]
    given = {each["name"]: each["value"] for each in node["env"]}
    mounts = {each["name"]: each["mountPath"] for each in node["volumeMounts"]}
    assert "fine" in judged(jail, given, mounted=mounts["secrets"])
    assert given["RECON_SETTINGS_DIR"] == mounts["settings"]
    assert given["RECON_FACTS_CONTAINER_GRACE_SECS"] == str(pod["terminationGracePeriodSeconds"])
    assert pod["terminationGracePeriodSeconds"] > shutdown_secs(load(env={}, settings_dir=ROOT / "settings").node)
    assert stateful_set["replicas"] == 1
    assert stateful_set["podManagementPolicy"] == "Parallel"  # or a pod that is not ready is never replaced
    assert pod["enableServiceLinks"] is False
    assert node["securityContext"]["readOnlyRootFilesystem"]
    volumes = {each["name"]: each for each in pod["volumes"]}
    assert volumes["secrets"]["secret"]["defaultMode"] == 0o400
    assert volumes["settings"]["configMap"]["name"] == manifests["ConfigMap"]["metadata"]["name"]
    assert given["RECON_PRESET"] + ".toml" in manifests["ConfigMap"]["data"]


def test_the_probes_ask_what_the_monitor_answers(manifests: dict[str, dict[str, Any]]) -> None:
    (node,) = manifests["StatefulSet"]["spec"]["template"]["spec"]["containers"]
    asked = {name: node[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")}
    assert {name: get["path"] for name, get in asked.items()} == {
        "startup": "/healthz",
        "liveness": "/healthz",
        "readiness": "/readyz",
    }
    monitor = load(env={}, settings_dir=ROOT / "settings").monitor
    assert {(get["port"], port["containerPort"]) for get in asked.values() for port in node["ports"]} == {
        ("monitor", monitor.port)
    }
    assert [port["port"] for port in manifests["Service"]["spec"]["ports"]] == [monitor.port]
    startup = node["startupProbe"]
    lease_secs = load(env={}, settings_dir=ROOT / "settings").node.lease_secs
    assert startup["periodSeconds"] * startup["failureThreshold"] >= lease_secs + IMPORTS_SECS


def test_the_pod_of_the_guide_is_the_one_that_is_deployed(manifests: dict[str, dict[str, Any]]) -> None:
    """The guide on monitoring shows a part of it."""
    shown = re.findall(r"```yaml\n(env:.*?)```", (ROOT / "docs/guides/monitoring.md").read_text("utf-8"), re.DOTALL)
    (node,) = manifests["StatefulSet"]["spec"]["template"]["spec"]["containers"]
    (snippet,) = map(yaml.safe_load, shown)
    assert all(each in node["env"] for each in snippet.pop("env"))
    assert snippet == {key: node[key] for key in snippet}


# -- The container ---------------------------------------------------------------------------------


def copied() -> Iterator[str]:
    """Yield what the container file takes out of the clone."""
    for told in re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINERFILE, re.MULTILINE):
        yield from told.split()


def test_what_the_container_is_built_from_is_there_and_makes_the_package() -> None:
    assert all((ROOT / name).exists() for name in copied())
    assert {"pyproject.toml", "README.md", "LICENSE", "reconciliation", "settings"} <= set(copied())


def test_the_container_runs_without_rights_below_an_init(manifests: dict[str, dict[str, Any]]) -> None:
    pod = manifests["StatefulSet"]["spec"]["template"]["spec"]
    user, group = (pod["securityContext"][key] for key in ("runAsUser", "runAsGroup"))
    assert re.findall(r"^USER (.+)$", CONTAINERFILE, re.MULTILINE) == [f"{user}:{group}"]
    assert re.findall(r"^ENTRYPOINT (.+)$", CONTAINERFILE, re.MULTILINE) == ['["tini", "--", "recon"]']


# -- The guide -------------------------------------------------------------------------------------


def test_the_guide_tells_what_each_exit_code_asks() -> None:
    page = (ROOT / "docs" / "guides" / "running-a-node.md").read_text("utf-8")
    told = re.findall(r"^\| (\d+) \|", page.split("## What does an exit code ask", 1)[1], re.MULTILINE)
    assert told == [str(int(code)) for code in sorted(ExitCode)]
