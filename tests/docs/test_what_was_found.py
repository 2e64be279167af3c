"""Every cause in the guide is still one: its seed goes wrong as the guide says without the guard, and not with it."""

from pathlib import Path
from typing import Any, Final

import pytest

from reconciliation.drill.planning import of_seeds
from reconciliation.drill.runs.job import Chosen, Job
from reconciliation.drill.virtual import VirtualRun
from reconciliation.layers.settings_folder import shipped_settings
from reconciliation.rules.catalogue import RULES
from reconciliation.settings.guards import GUARDS

pytestmark = pytest.mark.filterwarnings("ignore:Discarding nonzero nanoseconds")

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "guides" / "what-the-drill-found.md"
ROWS: Final = [
    tuple(cell.strip() for cell in line.strip("|").split("|"))
    for line in PAGE.read_text("utf-8").splitlines()
    if line.startswith("|") and line.count("|") == 6 and "`" in line
]


def job(preset: str, seed: str, guards: tuple[str, ...]) -> Job:
    accepted = [rule.id for rule in RULES]
    overrides: dict[str, Any] = {"node.guards": list(guards), "node.accept": accepted}
    if guards != GUARDS:  # the stock engine denies nothing and does not end by itself
        overrides |= {"node.gate": "report", "node.on_stuck": "report"}
    chosen = Chosen(preset=preset, settings_dir=shipped_settings(), env={}, overrides=overrides)
    (derived,) = of_seeds(chosen, [int(seed.split(maxsplit=1)[0])], minutes=10, kills="--kills" in seed)
    return derived


def test_every_row_is_read() -> None:
    assert len(ROWS) == 5


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[4]} {row[3]}".replace("`", ""))
def test_a_seed_goes_wrong_without_its_guard_alone(row: tuple[str, ...]) -> None:
    wrong, _, preset, seed, guard = (cell.replace("`", "") for cell in row)
    without = job(preset, seed, tuple(name for name in GUARDS if name != guard))
    assert kinds_of(without) >= set(wrong.split(", "))
    assert not kinds_of(job(preset, seed, GUARDS))


def kinds_of(played: Job) -> set[str]:
    return {anomaly.kind.value for anomaly in VirtualRun(played.chosen.load(), played.schedule).play().anomalies}
