"""The guide on reconciliation tells of every setting, and what it names exists."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reconciliation.config import ReconciliationConfig
from reconciliation.drill.scenario import shipped_scenarios
from reconciliation.monitor.families import FAMILIES
from reconciliation.rules.catalogue import RULES

PAGE: Final = (Path(__file__).resolve().parents[2] / "docs" / "guides" / "reconciliation.md").read_text("utf-8")
WORDS: Final = set(re.findall(r"`([^`]+)`", re.sub(r"^```.*?^```", "", PAGE, flags=re.MULTILINE | re.DOTALL)))
SCENARIOS: Final = shipped_scenarios()


def test_every_setting_is_told_of() -> None:
    assert set(ReconciliationConfig.model_fields) <= WORDS


def rows() -> Iterator[tuple[set[str], list[str]]]:
    """Yield the settings of each row of a table, and its cells."""
    for line in PAGE.splitlines():
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            yield set(re.findall(r"`(\w+)`", cells[0])), cells


def test_a_setting_has_the_rules_that_judge_it() -> None:
    for settings, cells in rows():
        keys = {f"reconciliation.{setting}" for setting in settings}
        assert cells[4].split(", ") == ([rule.id for rule in RULES if keys & set(rule.keys)] or [""]), settings


def test_what_is_named_exists() -> None:
    assert set(re.findall(r"\b[EW]\d\d\b", PAGE)) <= {rule.id for rule in RULES}
    assert {word for word in WORDS if " [" in word} <= set(SCENARIOS)
    metrics = {family.name for family in FAMILIES} | {"process_resident_memory_bytes"}
    shown = {word.removesuffix("_total") for _, cells in rows() for word in re.findall(r"`(\w+)`", cells[5])}
    assert shown - {"left_out"} <= metrics
