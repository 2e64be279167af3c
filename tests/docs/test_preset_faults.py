"""The table of presets and faults: the guide shows all of it, the plan explains it, and one cell is played again."""

import os
import re
from pathlib import Path

import pytest

from reconciliation import load
from reconciliation.config import ReconciliationConfig
from reconciliation.drill.cell import run
from reconciliation.drill.preset_table import BEGIN, END, NAMES, PRESETS, Name, happen_of, read, rows
from reconciliation.rules import timings

ROOT = Path(__file__).resolve().parents[2]
OUTCOMES = read(ROOT / "docs" / "preset_faults" / "outcomes.json")
GUIDE = (ROOT / "docs" / "guides" / "choosing-a-preset.md").read_text("utf-8")
PLAYED_AGAIN = Name("aggressive", "lost cancel", guarded=True)


def settings_of(preset: str) -> ReconciliationConfig:
    return load(preset=preset, env={}, settings_dir=ROOT / "settings").reconciliation


def shown_in_guide(name: Name) -> str:
    """What the guide's own table says of a cell."""
    header, _, *lines = GUIDE.split(BEGIN)[1].split(END)[0].strip().splitlines()
    column = [cell.strip() for cell in header.split("|")].index(
        f"{name.preset}, {'guarded' if name.guarded else 'stock'}"
    )
    (row,) = (line for line in lines if line.startswith(f"| {name.fault} |"))
    return row.split("|")[column].strip()


def without_seconds(text: str) -> str:
    return re.sub(r"^(\d+ s|at once)", "repaired", text)


def test_the_guide_shows_what_came_of_every_preset_and_fault() -> None:
    assert OUTCOMES.keys() == set(NAMES)
    assert GUIDE.split(BEGIN)[1].split(END)[0] == "\n".join(rows(OUTCOMES)) + "\n"


@pytest.mark.parametrize("preset", PRESETS)
def test_what_was_lost_was_repaired_when_the_plan_says(preset: str) -> None:
    settings = settings_of(preset)
    tick = timings.periods(settings).tick_secs or 0
    predicted = {
        "lost fill": timings.lost_fill_secs(settings),
        "lost cancel": timings.lost_cancel_secs(settings),
        "lost ack": timings.lost_ack_secs(settings),
    }
    for fault, secs in predicted.items():
        outcome = OUTCOMES[Name(preset, fault, guarded=True)]
        assert outcome.agreed, fault
        assert secs is not None, fault
        assert outcome.secs <= secs + tick, fault


def test_one_cell_played_again_comes_out_as_the_guide_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", os.environ.get("PYTHONPYCACHEPREFIX", str(tmp_path / "compiled")))
    periods = timings.periods(settings_of(PLAYED_AGAIN.preset))
    again = run(
        PLAYED_AGAIN.preset,
        happen_of(PLAYED_AGAIN.fault),
        tmp_path / "cell",
        guarded=PLAYED_AGAIN.guarded,
        settled_secs=2 * (periods.open_secs or 1),
    )
    shown = shown_in_guide(PLAYED_AGAIN)
    assert without_seconds(again.text()) == without_seconds(shown)
    latest = timings.lost_cancel_secs(settings_of(PLAYED_AGAIN.preset))
    assert latest is not None
    assert again.secs <= latest + (periods.tick_secs or 0)
