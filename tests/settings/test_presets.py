import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jail import SHIPPED, shipped

from reconciliation import ReconciliationConfig, ReconciliationPreset
from reconciliation.rules.plan import plan
from reconciliation.rules.subject import subject_of

# The preset table of the specification, in its own order of columns.
COLUMNS = (
    "startup_delay_secs",
    "lookback_mins",
    "inflight_check_interval_ms",
    "inflight_check_threshold_ms",
    "inflight_check_retries",
    "open_check_interval_secs",
    "open_check_lookback_mins",
    "open_check_threshold_ms",
    "purge_closed_orders_interval_mins",
    "purge_closed_orders_buffer_mins",
)
TABLE: dict[str, tuple[Any, ...]] = {
    "conservative": (15.0, None, 3000, 10000, 10, 10.0, 120, 10000, 15, 120),
    "standard": (10.0, None, 2000, 5000, 5, 5.0, 60, 5000, 10, 60),
    "aggressive": (10.0, 1440, 1000, 2000, 15, 2.0, 60, 2000, 5, 60),
}
FILES = sorted(SHIPPED.glob("*.toml"))
PRESET_FILES = [file for file in FILES if file.name != "default.toml"]


@pytest.mark.parametrize("preset", TABLE)
def test_preset_holds_the_values_of_the_table(preset: str) -> None:
    settings = shipped(preset=preset)
    assert settings.preset == preset
    assert settings.reconciliation.enabled is True
    assert tuple(getattr(settings.reconciliation, key) for key in COLUMNS) == TABLE[preset]


def test_disabled_only_switches_off() -> None:
    reconciliation = shipped(preset="disabled").reconciliation
    assert reconciliation == ReconciliationConfig(enabled=False)


def test_model_defaults_are_the_standard_preset() -> None:
    assert shipped(preset="standard").reconciliation == ReconciliationConfig()


def test_no_preset_named_is_standard() -> None:
    assert shipped().masked() == shipped(preset="standard").masked()
    assert shipped().preset == "standard"


def test_every_enum_member_has_a_file_and_every_file_a_member() -> None:
    assert {file.stem for file in PRESET_FILES} == {preset.value for preset in ReconciliationPreset}


@pytest.mark.parametrize("preset", ReconciliationPreset)
def test_every_preset_loads_by_its_enum_member(preset: ReconciliationPreset) -> None:
    assert shipped(preset=preset).preset == preset.value


@pytest.mark.parametrize("preset", ["conservative", "standard", "aggressive"])
def test_no_preset_but_disabled_leaves_a_loss_unrepaired(preset: str) -> None:
    # Open-only checks return before the missing-order handling, and the position check is what heals a lost fill.
    reconciliation = shipped(preset=preset).reconciliation
    assert reconciliation.open_check_interval_secs is not None
    assert reconciliation.inflight_check_interval_ms is not None
    assert not reconciliation.open_check_open_only or reconciliation.position_check_interval_secs is not None
    assert reconciliation.position_check_interval_secs is None or reconciliation.position_check_retries > 0
    assert reconciliation.generate_missing_orders


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_shipped_key_has_a_comment_directly_above(file: Path) -> None:
    lines = file.read_text().splitlines()
    keys = [number for number, line in enumerate(lines) if re.match(r"\s*[\w.\"'-]+\s*=", line)]
    assert keys
    assert [lines[number] for number in keys if not re.match(r"# \S.{10,}", lines[number - 1])] == []


@pytest.mark.parametrize("file", PRESET_FILES, ids=lambda file: file.name)
def test_shipped_presets_describe_behaviour_only(file: Path) -> None:
    assert set(tomllib.loads(file.read_text())) == {"reconciliation"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_shipped_files_hold_no_secret(file: Path) -> None:
    tables = [value for value in tomllib.loads(file.read_text()).values() if isinstance(value, dict)]
    assert {"url", "api_key", "api_secret"} & {key for table in tables for key in table} == set()


def test_default_file_opens_with_the_standard_preset() -> None:
    default = tomllib.loads((SHIPPED / "default.toml").read_text())
    assert next(iter(default.items())) == ("preset", "standard")


def test_the_file_of_standard_says_for_how_many_symbols_requests_fit() -> None:
    settings = shipped()
    said = re.search(r"for up to (\d+) symbols", (SHIPPED / "standard.toml").read_text("utf-8"))
    assert said
    worst = [plan(subject_of(settings), symbols=int(said[1]) + more).budget.limit_share for more in (0, 1)]
    assert [share is not None and share < 1 for share in worst] == [True, False]
