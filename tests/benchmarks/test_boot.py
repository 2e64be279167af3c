"""Boots are measured from process start to running trader, on nodes that come to the same."""

import json
import os
from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks import boot
from benchmarks.boot import BUILT, BY_HAND, COMMAND, COMMANDS, LIBRARIES, RUNNING, Booted, Step
from benchmarks.measured_process import NotMeasuredError


def test_each_kind_boots_and_tells_its_steps(tmp_path: Path) -> None:
    file = tmp_path / "boot.json"
    done = CliRunner().invoke(boot.main, ["--quick", "--json", str(file)])
    assert done.exit_code == 0, done.output
    found = {each["kind"]: each for each in json.loads(file.read_text("utf-8"))["boots"]}
    steps = {kind: [step["name"] for step in each["steps"]] for kind, each in found.items()}
    assert steps == {
        BY_HAND: ["imports", "construct", RUNNING],
        LIBRARIES: ["imports", "construct", RUNNING],
        BUILT: ["imports", "settings", "collect", "construct", "connect", "reconcile", "verify", RUNNING],
        COMMAND: ["collect", RUNNING],
    }
    for each in found.values():
        secs = [step["secs"] for step in each["steps"]]
        assert secs == sorted(secs)
        assert each["steps"][-1]["cpu_secs"] == each["cpu_secs"] > 0
    assert found[BY_HAND]["ratio"] == found[BY_HAND]["cpu_ratio"] == 1
    assert f"at most {boot.BOOTS_AT_MOST} x" in done.stdout
    assert [[*boot.lines(boot.read([*found.values()]))]] == [done.stdout.splitlines()[: len(COMMANDS) * 2 + 3]]


def test_ratios_are_those_of_the_boots_of_one_round() -> None:
    boots: dict[str, list[boot.Boot]] = {
        BY_HAND: [(Step(RUNNING, secs, secs / 2),) for secs in (1.0, 4.0, 2.0)],
        LIBRARIES: [(Step(RUNNING, secs, secs / 2),) for secs in (1.0, 5.0, 13.0)],
        BUILT: [(Step("imports", 0.5, 0.1), Step(RUNNING, secs, secs / 4)) for secs in (1.1, 8.0, 2.6)],
    }
    found = boot.told_together(BUILT, boots)
    assert (found.rounds, found.secs, found.ratio, found.cpu_ratio) == (3, 2.6, 1.3, 0.65)
    assert found.library_ratio == 1.1  # 1.1, 1.6, 0.2
    assert found.steps == (Step("imports", 0.5, 0.1), Step(RUNNING, 2.6, 0.65))


def test_a_boot_of_recon_is_held_to_the_one_by_hand_and_told_beside_its_libraries() -> None:
    ratios = {BY_HAND: (1.0, 0.9), LIBRARIES: (1.1, 1.0), BUILT: (1.21, 1.2), COMMAND: (1.1, 1.02)}
    found = [Booted(kind, 1, 1.0, 1.0, ratio, 1.0, to_libraries, ()) for kind, (ratio, to_libraries) in ratios.items()]
    goals = [*boot.wanted(found)]
    assert [goal.is_met for goal in goals] == [False, True]
    assert [goal.note.rpartition(" libraries ")[2] for goal in goals] == ["1.20 x", "1.02 x"]


def test_each_kind_boots_first_by_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []

    def booted(kind: str, *_: object) -> boot.Boot:
        begun.append(kind)
        return (Step(RUNNING, 1.0, 1.0),)

    monkeypatch.setattr(boot, "booted", booted)
    monkeypatch.setattr(boot, "surroundings", lambda **_: nullcontext({}))
    monkeypatch.setattr(boot, "cache", lambda: nullcontext({}))
    assert [each.rounds for each in boot.measured(2, 1, tmp_path)] == [2] * len(COMMANDS)
    assert begun == [*COMMANDS, *[*COMMANDS][::-1], *COMMANDS]


def test_a_node_that_does_not_run_is_told_with_its_last_words(tmp_path: Path) -> None:
    nowhere = {"RECON_CACHE_URL": "redis://127.0.0.1:1", "RECON_VENUE_STREAM_URL": "ws://127.0.0.1:1"}
    with pytest.raises(NotMeasuredError, match=f"{BY_HAND} does not run: .*RECON_VENUE_API_KEY"):
        boot.booted(BY_HAND, nowhere, tmp_path)
    assert "RECON_VENUE_API_KEY" not in os.environ
