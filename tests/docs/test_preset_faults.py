"""The table of presets and faults: it is whole, no shipped preset fails in it, and one cell of it is played again."""

import os
import sys
from pathlib import Path

import pytest

from reconciliation import load
from reconciliation.rules import timings

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "docs" / "preset_faults"))

from cell import run  # noqa: E402 - it stands in the documentation
from faults import FAULTS  # noqa: E402
from table import PRESETS, read, rows  # noqa: E402

OUTCOMES = read()
PLAYED_AGAIN = ("aggressive", "lost cancel")


def test_every_cell_was_played() -> None:
    wanted = {(preset, fault.name, guarded) for preset in PRESETS for fault in FAULTS for guarded in (False, True)}
    assert OUTCOMES.keys() == wanted


def test_the_guide_shows_the_outcomes() -> None:
    assert "\n".join(rows(OUTCOMES)) in (ROOT / "docs/guides/choosing-a-preset.md").read_text("utf-8")


@pytest.mark.parametrize("preset", PRESETS)
def test_no_guarded_preset_leaves_a_fault_unrepaired(preset: str) -> None:
    """Nor does any turn an outage into a false rejection."""
    wrong = {name: found.wrong for (of, name, guarded), found in OUTCOMES.items() if of == preset and guarded}
    assert not {name: told for name, told in wrong.items() if told}


@pytest.mark.parametrize("preset", PRESETS)
def test_what_was_lost_was_repaired_when_the_plan_says(preset: str) -> None:
    settings = load(preset=preset, env={}, settings_dir=ROOT / "settings").reconciliation
    tick = timings.periods(settings).tick_secs or 0
    predicted = {
        "lost fill": timings.lost_fill_secs(settings),
        "lost cancel": timings.lost_cancel_secs(settings),
        "lost ack": timings.lost_ack_secs(settings),
    }
    for fault, secs in predicted.items():
        assert OUTCOMES[preset, fault, True].secs <= (secs or 0) + tick, fault


def test_one_cell_played_again_comes_out_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", os.environ.get("PYTHONPYCACHEPREFIX", str(tmp_path / "compiled")))
    preset, name = PLAYED_AGAIN
    fault = next(fault for fault in FAULTS if fault.name == name)
    settings = load(preset=preset, env={}, settings_dir=ROOT / "settings").reconciliation
    again = run(
        preset, fault, tmp_path / "cell", guarded=True, settled_secs=2 * (timings.periods(settings).open_secs or 1)
    )
    before = OUTCOMES[preset, name, True]
    assert (again.agreed, again.wrong, again.made_up) == (before.agreed, before.wrong, before.made_up)
