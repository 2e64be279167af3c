import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import job, report
from benchmarks.agreement import DisagreementError, check_agreement, environment_of, leaves, resolved
from benchmarks.peers import FLOOR, OURS, OURS_ALL_ORIGINS, PLAIN, Peer, PeerMissingError, load_peers

ROOT = Path(__file__).resolve().parents[2]
PEERS = load_peers(installed_only=True)
BY_NAME = {peer.name: peer for peer in PEERS}


def tampered(peer: Peer, key: str, value: object) -> Peer:
    section, name = key.split(".")

    def plain(settings: Any) -> job.Tree:
        tree = peer.plain(settings)
        return tree | {section: tree[section] | {name: value}}

    return replace(peer, plain=plain)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.run", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_our_own_environment_has_ours_plain_pydantic_settings_and_the_floor() -> None:
    assert {OURS, OURS_ALL_ORIGINS, PLAIN, FLOOR} <= BY_NAME.keys()


def test_the_peers_resolve_the_same_35_leaves() -> None:
    values = check_agreement(PEERS)
    assert len(values) == 35
    assert values["reconciliation.startup_delay_secs"] == 12.5  # from a variable
    assert values["reconciliation.open_check_threshold_ms"] == 10_000  # from the preset
    assert values["reconciliation.single_order_query_delay_ms"] == 100  # from the defaults


def test_every_layer_has_a_say() -> None:
    values = resolved(BY_NAME[FLOOR])
    files = leaves(job.read_files())
    variables = {".".join(path) for path in job.VARIABLES}
    assert {key for key in values if values[key] != files[key]} == variables


@pytest.mark.parametrize("name", [OURS, OURS_ALL_ORIGINS, PLAIN])
@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("reconciliation.inflight_check_retries", 8, "resolves 8, "),
        ("node.timeout_connection", 60, "resolves 60, "),
        ("node.load_state", 1, "resolves 1, "),
        ("node.another", 1, "resolves nothing at all"),
    ],
)
def test_one_differing_value_ends_it_by_name(name: str, key: str, value: object, told: str) -> None:
    peers = [tampered(peer, key, value) if peer.name == name else peer for peer in PEERS]
    with pytest.raises(DisagreementError, match=re.escape(f"{key}: {name} resolves")) as caught:
        check_agreement(peers)
    assert told in str(caught.value)
    assert len(str(caught.value).splitlines()) == 2


def test_a_variable_that_a_peer_does_not_see_ends_it() -> None:
    peers = [replace(peer, variables={}) if peer.name == PLAIN else peer for peer in PEERS]
    with pytest.raises(DisagreementError) as caught:
        check_agreement(peers)
    assert len(str(caught.value).splitlines()) == 1 + len(job.VARIABLES)


def test_a_peer_sees_its_own_variables_and_the_environment_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECON_CACHE_URL", "redis://127.0.0.1:1")
    before = dict(os.environ)
    peer = BY_NAME[PLAIN]
    with environment_of(peer):
        assert {name for name in os.environ if name.startswith("RECON_")} == peer.variables.keys()
    assert dict(os.environ) == before


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "benchmarks.peers.msgspec")
    monkeypatch.setitem(sys.modules, "msgspec", None)
    assert FLOOR not in {peer.name for peer in load_peers(installed_only=True)}
    with pytest.raises(PeerMissingError, match="msgspec is not installed here; `make bench`"):
        load_peers(installed_only=False)


def test_ratios_and_goals_are_those_of_the_medians() -> None:
    seconds = {OURS: [0.1, 0.3, 9.0], PLAIN: [0.5, 0.6, 0.4], FLOOR: [0.1, 0.1, 0.2]}
    ours, *_ = rows = report.rows(seconds, (PLAIN, FLOOR))
    assert ours.median_ms == pytest.approx(300)
    assert ours.fastest_ms == pytest.approx(100)
    assert ours.ratios == pytest.approx({PLAIN: 0.6, FLOOR: 3.0})
    assert [(goal.name, goal.is_met) for goal in report.goals(rows)] == [
        (f"{OURS} / {PLAIN}", True),
        (f"{OURS} / {FLOOR}", False),
    ]


def test_quick_mode_measures_and_reports(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    done = run("--quick", "--installed", "--json", str(file))
    assert done.returncode == 0, done.stderr
    assert "all resolve the same values" in done.stderr
    assert "in process: 3 of 3 rounds" in done.stderr
    assert "Goals" in done.stdout
    data = json.loads(file.read_text("utf-8"))
    assert {row["name"] for row in data["in_process"]} == BY_NAME.keys()
    assert {row["name"] for row in data["whole_processes"]} >= {"recon show", "recon check", "recon --help"}
    assert len(data["goals"]) == 6
    assert report.read(data["in_process"])[0].quartiles_ms
    assert data["on"]["versions"].keys() >= {"Python"}


def test_the_benchmarks_lock_agrees_with_the_projects() -> None:
    pins = [_pins(ROOT / "requirements.lock"), _pins(ROOT / "benchmarks" / "requirements.lock")]
    shared = pins[0].keys() & pins[1].keys()
    assert {"click", "pydantic", "pydantic-settings", "tomli-w", "msgspec"} <= shared
    assert {name: pins[1][name] for name in shared} == {name: pins[0][name] for name in shared}
    assert "://" not in (ROOT / "benchmarks" / "requirements.lock").read_text("utf-8")


def _pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", lock.read_text("utf-8"), re.MULTILINE))
