"""Stacks of layers, as values by dotted key, and what each layer is in files, variables and overrides."""

import json
from pathlib import Path
from typing import Any

import tomli_w
from hypothesis import strategies as st
from jail import Jail

from reconciliation import Settings

DEFAULT, PRESET, ENVIRONMENT, OVERRIDE = range(4)

VALUES: dict[str, tuple[str, st.SearchStrategy[Any]]] = {
    "reconciliation.enabled": ("RECON_ENABLED", st.booleans()),
    "reconciliation.startup_delay_secs": ("RECON_STARTUP_DELAY_SECS", st.sampled_from([10.0, 11.5, 12.0])),
    "reconciliation.lookback_mins": ("RECON_LOOKBACK_MINS", st.none() | st.integers(0, 2)),
    "reconciliation.inflight_check_interval_ms": ("RECON_INFLIGHT_CHECK_INTERVAL_MS", st.sampled_from([None, 1000])),
    "reconciliation.instrument_ids": ("RECON_INSTRUMENT_IDS", st.sampled_from([None, [], ["A.X"], ["A.X", "B/C.X"]])),
    "node.trader_id": ("RECON_NODE_TRADER_ID", st.sampled_from(["TRADER-001", "A-1"])),
    "node.load_state": ("RECON_NODE_LOAD_STATE", st.booleans()),
    "cache.data_dir": ("RECON_CACHE_DATA_DIR", st.sampled_from([".recon", "none", "a b"])),
    "log.level": ("RECON_LOG_LEVEL", st.sampled_from(["INFO", "ERROR"])),
    "venue.name": ("RECON_VENUE_NAME", st.sampled_from(["BINANCE", "SIM"])),
}
"""Keys of every kind in every section, with their variables; the strategies draw the defaults too."""

CLAIMED = ("A-1", "B-1")
claims = st.dictionaries(st.sampled_from(CLAIMED), st.sampled_from(["x", "y"]), max_size=2)
"""Claims by strategy: which half of two disjoint instruments it claims."""

layers = st.fixed_dictionaries({}, optional={key: values for key, (_, values) in VALUES.items()} | {"claims": claims})
stacks = st.tuples(layers, layers, layers, layers)
"""default.toml, the preset file, the environment, the overrides."""

Layer = dict[str, Any]
Stack = tuple[Layer, ...]


def flat(layer: Layer) -> Layer:
    """Return a layer with each claim as a dotted key of its own."""
    plain = {key: value for key, value in layer.items() if key != "claims"}
    for strategy, half in layer.get("claims", {}).items():
        plain[f"claims.{strategy}.instrument_ids"] = [f"{strategy}-{half}.SIM"]
    return plain


def in_toml(layer: Layer) -> str:
    tables: dict[str, Any] = {}
    for key, value in flat(layer).items():
        node = tables
        *above, last = key.split(".")
        for part in above:
            node = node.setdefault(part, {})
        node[last] = "none" if value is None else value
    return tomli_w.dumps(tables)


def in_environment(layer: Layer) -> dict[str, str]:
    found: dict[str, str] = {}
    claimed: dict[str, Any] = {}
    for key, value in flat(layer).items():
        if key.startswith("claims."):
            claimed[key.split(".")[1]] = {"instrument_ids": value}
        elif value is None:
            found[VALUES[key][0]] = "none"
        else:
            found[VALUES[key][0]] = value if isinstance(value, str) else json.dumps(value)
    return found | ({"RECON_CLAIMS": json.dumps(claimed)} if claimed else {})


def resolved(stack: Stack, jail: Jail) -> Settings:
    """Write the files of a stack and load it."""
    jail.settings(in_toml(stack[DEFAULT]), standard=in_toml(stack[PRESET]))
    return jail.load(in_environment(stack[ENVIRONMENT]), overrides=flat(stack[OVERRIDE]))


def value_of(settings: Settings, key: str) -> Any:
    """Return an effective value; none where a claim is not there at all."""
    node: Any = settings
    for part in key.split("."):
        node = node.get(part) if hasattr(node, "get") else getattr(node, part, None)
    return list(node) if isinstance(node, tuple) else node


def place_in_file(file: Path, key: str) -> str:
    """Return `FILE:LINE` of a key in a file that `in_toml` wrote."""
    *above, last = key.split(".")
    lines = file.read_text("utf-8").splitlines()
    start = lines.index(f"[{'.'.join(above)}]")
    return f"{file}:{next(n for n in range(start, len(lines)) if lines[n].startswith(f'{last} = ')) + 1}"


def place(height: int, key: str) -> str:
    """Return the place of a key in the layer at a height."""
    if height in {DEFAULT, PRESET}:
        return place_in_file(Path("settings", ("default.toml", "standard.toml")[height]), key)
    variable = "RECON_CLAIMS" if key.startswith("claims.") else VALUES[key][0]
    return variable if height == ENVIRONMENT else "--set"
