"""The guide on reconciliation tells of every setting, and what it names exists."""

import re
from pathlib import Path
from typing import Final

import pytest

from reconciliation.config import ReconciliationConfig
from reconciliation.drill.scenario import shipped_scenarios
from reconciliation.monitor.families import FAMILIES
from reconciliation.rules.catalogue import RULES

PAGE: Final = (Path(__file__).resolve().parents[2] / "docs" / "guides" / "reconciliation.md").read_text("utf-8")
WORDS: Final = set(re.findall(r"`([^`]+)`", re.sub(r"^```.*?^```", "", PAGE, flags=re.MULTILINE | re.DOTALL)))
SCENARIOS: Final = shipped_scenarios()
_PARTS: Final = re.split(r"^#+ (.+)\n", PAGE, flags=re.MULTILINE)
BLOCKS: Final = [
    (tuple(re.findall(r"`(\w+)`", heading)), dict(re.findall(r"^- \*\*(.+?):\*\* ((?:.|\n  )+)$", text, re.MULTILINE)))
    for heading, text in zip(_PARTS[1::2], _PARTS[2::2], strict=True)
    if heading.startswith("`")
]
"""The settings of each section that is about some, and what its lines say by their names."""


def test_every_setting_has_one_section() -> None:
    assert sorted(name for names, _ in BLOCKS for name in names) == sorted(ReconciliationConfig.model_fields)


@pytest.mark.parametrize(("settings", "told"), BLOCKS, ids=lambda part: part[0] if isinstance(part, tuple) else "")
def test_a_setting_has_its_lines_in_their_order_and_the_rules_that_judge_it(
    settings: tuple[str, ...], told: dict[str, str]
) -> None:
    assert [*told] == [name for name in ("Engine", "Drill", "Rules", "Shown by") if name in told]
    assert told["Shown by"]
    keys = {f"reconciliation.{setting}" for setting in settings}
    links = [f"[{rule.id}](rules.md#{rule.id.lower()})" for rule in RULES if keys & set(rule.keys)]
    assert told.get("Rules", "") == ", ".join(links)


def test_what_is_named_exists() -> None:
    assert set(re.findall(r"\b[EW]\d\d\b", PAGE)) <= {rule.id for rule in RULES}
    drilled = {word for _, told in BLOCKS for word in re.findall(r"`([^`]+)`", told.get("Drill", ""))}
    assert drilled | {word for word in WORDS if " [" in word} <= set(SCENARIOS)
    metrics = {family.name for family in FAMILIES} | {"process_resident_memory_bytes"}
    shown = {word.removesuffix("_total") for _, told in BLOCKS for word in re.findall(r"`(\w+)`", told["Shown by"])}
    assert shown - {"left_out", "node_reconciled"} <= metrics
