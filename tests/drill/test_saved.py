"""A failure that is saved is the same when it is read, and a file that is none is refused with its reason."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from planted import SHIPPED, run, schedule

from reconciliation.drill.anomalies import Kind
from reconciliation.drill.outcome import Run
from reconciliation.drill.runs.job import Chosen
from reconciliation.drill.saved import Saved, UnreadableFailureError, file_name, read
from reconciliation.drill.seeds.derive import derive
from reconciliation.errors import UnusableError


def of(chosen: Chosen = SHIPPED) -> Run:
    plain = run("seed", Kind.MISSING_FILL)
    derived = derive(5, minutes=3, settle_secs=30, silence_secs=10, kills=True)
    return replace(plain, job=replace(plain.job, chosen=chosen, schedule=derived))


def test_what_is_written_is_read(tmp_path: Path) -> None:
    file = tmp_path / "new" / "one.json"
    saved = Saved.of(of())
    saved.write(file)
    assert read(file) == saved
    assert saved.schedule == derive(5, minutes=3, settle_secs=30, silence_secs=10, kills=True)
    lines = [line for line in file.read_text().splitlines() if line.startswith('   {"do": ')]
    assert len(lines) == len(saved.schedule.operations)


def test_settings_are_told_as_what_differs_from_the_shipped_preset() -> None:
    changed = replace(
        SHIPPED,
        overrides={"node.trader_id": "OTHER-009", "reconciliation.lookback_mins": "30", "log.level": "ERROR"},
        needs={"node.guards": "symbols", "reconciliation.open_check_interval_secs": None},
    )
    saved = Saved.of(of(changed))
    assert saved.preset == "standard"
    assert saved.settings == {
        "node.trader_id": "OTHER-009",
        "node.guards": ["symbols"],
        "reconciliation.lookback_mins": 30,
        "reconciliation.open_check_interval_secs": None,
    }
    assert Saved.of(of()).settings == {}


def test_they_come_back_as_they_were_whatever_is_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = replace(SHIPPED, preset="aggressive", overrides={"node.guards": "symbols", "cache.load_cache": "false"})
    saved = Saved.of(of(changed))
    monkeypatch.setenv("RECON_OPEN_CHECK_INTERVAL_SECS", "99")
    monkeypatch.chdir(tmp_path)
    again = saved.job().chosen.load()
    assert again.fingerprint == changed.load().fingerprint
    assert again.preset == "aggressive"


def test_secrets_and_addresses_are_left_out() -> None:
    account = {
        "venue.http_url": "http://127.0.0.1:1",
        "venue.stream_url": "ws://127.0.0.1:1",
        "venue.api_key": "planted-key",
        "venue.api_secret": "planted-secret",
        "cache.url": "redis://user:planted-password@127.0.0.1:1",
    }
    text = Saved.of(of(replace(SHIPPED, overrides=account))).text()
    assert "planted" not in text
    assert "127.0.0.1" not in text


def test_a_preset_of_ones_own_is_told_as_what_differs_from_the_standard_one(tmp_path: Path) -> None:
    for file in SHIPPED.settings_dir.glob("*.toml") if SHIPPED.settings_dir else ():
        (tmp_path / file.name).write_text(file.read_text())
    (tmp_path / "mine.toml").write_text("[reconciliation]\nlookback_mins = 77\n")
    saved = Saved.of(of(replace(SHIPPED, preset="mine", settings_dir=tmp_path)))
    assert saved.preset == "standard"
    assert saved.settings["reconciliation.lookback_mins"] == 77


GOOD: dict[str, Any] = json.loads(Saved.of(of()).text())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[1]", "is no failure of a drill"),
        ("{}", "is no failure of a drill"),
        (json.dumps(GOOD | {"recon_drill": 2}), "is no failure of a drill"),
        (json.dumps({key: value for key, value in GOOD.items() if key != "schedule"}), "schedule: Field required"),
        (json.dumps(GOOD | {"more": 1}), "more: Extra inputs are not permitted"),
        (json.dumps(GOOD | {"anomalies": []}), "anomalies: "),
        (json.dumps(GOOD | {"schedule": {"name": "x", "operations": [{"do": "fly"}]}}), "schedule.operations.0: "),
        (json.dumps(GOOD | {"schedule": {"name": "x", "operations": [{"do": "wait"}]}}), "operations.0.wait.secs: "),
        (json.dumps(GOOD | {"settings": {"node.nope": 1}}), "its settings cannot be used: --set node.nope"),
        (json.dumps(GOOD | {"preset": "../x"}), "its settings cannot be used: "),
    ],
)
def test_what_is_no_failure_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "bad.json"
    file.write_text(text)
    with pytest.raises(UnreadableFailureError) as caught:
        read(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert reason in str(caught.value)


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableFailureError, match="cannot be read: "):
        read(tmp_path / name)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(b"\xff\xfe")
    with pytest.raises(UnreadableFailureError, match="is no JSON"):
        read(tmp_path / "bad")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnusableError, match=r"cannot be written: .*; name another folder with --failures"):
        Saved.of(of()).write(tmp_path / "file" / "x.json")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("seed", "standard-seed-4.json"), ("lost ack, then [a/b]", "standard-lost-ack-then-a-b-seed-4.json")],
)
def test_a_file_is_named_after_its_run(name: str, expected: str) -> None:
    assert file_name(run(name, seed=4)) == expected


def test_a_schedule_without_operations_is_one() -> None:
    plain = run("seed", Kind.MISSING_FILL)
    saved = Saved.of(replace(plain, job=replace(plain.job, schedule=schedule())))
    assert Saved.model_validate_json(saved.text()) == saved
