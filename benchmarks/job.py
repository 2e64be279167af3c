"""The job every peer does: 35 leaves from a file of defaults, a preset file on top and seven variables on top of it."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

DIRECTORY: Final = Path(__file__).resolve().parent / "settings"
PRESET: Final = "bench"
DEFAULT_FILE: Final = DIRECTORY / "default.toml"
PRESET_FILE: Final = DIRECTORY / f"{PRESET}.toml"
LEAVES: Final = 35

VARIABLES: Final[Mapping[tuple[str, str], str]] = {
    ("reconciliation", "startup_delay_secs"): "12.5",
    ("reconciliation", "generate_missing_orders"): "false",
    ("reconciliation", "inflight_check_retries"): "7",
    ("reconciliation", "open_check_interval_secs"): "4.0",
    ("reconciliation", "open_check_lookback_mins"): "90",
    ("node", "trader_id"): "BENCH-007",
    ("node", "load_state"): "true",
}
"""What the environment says, as text, by section and key; each peer's library has its own way to name a variable."""

type Tree = dict[str, dict[str, Any]]
"""Values by section and key."""


def environment(template: str) -> dict[str, str]:
    """Return the seven variables, named by a template such as `RECON_{section}__{key}`, in upper case."""
    return {template.format(section=section, key=key).upper(): text for (section, key), text in VARIABLES.items()}


def read_files() -> Tree:
    """Return both files merged section by section, as somebody without a library for it writes it."""
    merged: Tree = {}
    for file in (DEFAULT_FILE, PRESET_FILE):
        with file.open("rb") as stream:
            for section, values in tomllib.load(stream).items():
                merged[section] = merged.get(section, {}) | values
    return merged
