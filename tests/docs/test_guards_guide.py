"""The guide on guards: its tables have a row for each, and no other."""

import re
from pathlib import Path

from reconciliation.settings.guards import GUARDS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "guards.md"


def test_each_guard_has_its_row() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(GUARDS)
