"""What others have met goes wrong without the guard that is named, and not with it; what is named exists."""

import re
from pathlib import Path
from typing import Any, Final

import pytest

from reconciliation.drill.planning import of_scenarios
from reconciliation.drill.runs.job import Chosen
from reconciliation.drill.scenario import shipped_scenarios
from reconciliation.drill.virtual import VirtualRun
from reconciliation.layers.settings_folder import shipped_settings
from reconciliation.rules.catalogue import RULES
from reconciliation.settings.guards import GUARDS

pytestmark = pytest.mark.filterwarnings("ignore:Discarding nonzero nanoseconds")

PAGE: Final = (Path(__file__).resolve().parents[2] / "docs" / "incidents.md").read_text("utf-8")
PLAYED: Final = re.findall(r"^\| #.*\| (`\w+`|several): `([^`]+)` \|$", PAGE, re.MULTILINE)
SCENARIOS: Final = shipped_scenarios()


def wrong(name: str, guards: tuple[str, ...]) -> set[str]:
    overrides: dict[str, Any] = {"node.guards": list(guards), "node.accept": [rule.id for rule in RULES]}
    if guards != GUARDS:  # the stock engine denies nothing and does not end by itself
        overrides |= {"node.gate": "report", "node.on_stuck": "report"}
    chosen = Chosen(preset="standard", settings_dir=shipped_settings(), env={}, overrides=overrides)
    (job,) = of_scenarios(chosen, [SCENARIOS[name]], [1])
    return {anomaly.kind for anomaly in VirtualRun(job.chosen.load(), job.schedule).play().anomalies}


def test_there_are_more_than_twenty_scenarios() -> None:
    assert len(PLAYED) > 20
    assert len({scenario for _, scenario in PLAYED}) == len(PLAYED)


@pytest.mark.parametrize(("guard", "scenario"), PLAYED)
def test_it_goes_wrong_without_the_guard_and_not_with_it(guard: str, scenario: str) -> None:
    left = () if guard == "several" else tuple(name for name in GUARDS if f"`{name}`" != guard)
    assert len(left) in {0, len(GUARDS) - 1}
    assert wrong(scenario, left)
    assert not wrong(scenario, GUARDS)


def test_what_else_is_named_exists() -> None:
    assert set(re.findall(r"\b[EW]\d\d\b", PAGE)) <= {rule.id for rule in RULES}
    names = {name for name in re.findall(r"`([^`]+)`", PAGE) if name.endswith("]")}
    assert names <= set(SCENARIOS)
