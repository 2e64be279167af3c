"""Writes what follows from the models: .env.example, the schema and the reference page; `--check` only compares.

Run it after a setting was added or changed.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from reconciliation.cli.env import default_text, example_lines
from reconciliation.cli.text import value_text
from reconciliation.layers import registry
from reconciliation.layers.engine_fields import engine_field
from reconciliation.layers.registry import Setting
from reconciliation.layers.resolve import load
from reconciliation.layers.schema import SCHEMA_FILE, toml_schema
from reconciliation.presets import ReconciliationPreset

ROOT = Path(__file__).resolve().parents[1]

HEAD = """# Every setting

This page is generated from the models. `none` stands for nothing, in TOML and in the environment alike. A secret may
come as `<NAME>_FILE`, and never stands in TOML. The units stand in the names: `_secs`, `_ms`, `_mins`; timeouts are in
seconds.
"""


def main() -> int:
    """Write or compare every generated file; return how it went."""
    check = "--check" in sys.argv[1:]
    stale = []
    for name, text in generated().items():
        file = ROOT / name
        if file.is_file() and file.read_text("utf-8") == text:
            continue
        stale.append(name)
        if not check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
    for name in stale:
        print(f"{name} is out of date; run: make generate" if check else f"written {name}", file=sys.stderr)
    return 1 if check and stale else 0


def generated() -> dict[str, str]:
    """Return every generated file's text by its path in the repository."""
    return {
        ".env.example": "\n".join(example_lines()) + "\n",
        f"settings/{SCHEMA_FILE}": json.dumps(toml_schema(), indent=2) + "\n",
        "docs/reference/settings.md": "\n".join(_reference()) + "\n",
    }


def _reference() -> Iterator[str]:
    yield HEAD
    presets = {name: load(preset=name, env={}, settings_dir=ROOT / "settings") for name in ReconciliationPreset}
    section = ""
    for setting in registry.settings_by_path().values():
        if setting.path[0] != section:
            section = setting.path[0]
            yield f"## {section}\n"
        yield from _entry(setting, {name: _value(settings.masked(), setting) for name, settings in presets.items()})


def _entry(setting: Setting, values: dict[ReconciliationPreset, str]) -> Iterator[str]:
    yield f"### `{setting.key}`\n"
    yield f"{setting.field.description}\n"
    rows = {
        "variable": f"`{setting.variable}`",
        "type": registry.type_text(setting).replace("|", "\\|"),
        "unit": setting.unit,
        "range": registry.range_text(setting),
        "default": f"`{default_text(setting)}`",
        "engine field": f"`{engine_field(setting)}`" if engine_field(setting) else "none: recon acts on it",
    }
    if setting.path[0] == "reconciliation":
        rows |= {name: f"`{value}`" for name, value in values.items()}
    yield "| | |\n|---|---|"
    for name, text in rows.items():
        if text:
            yield f"| {name} | {text} |"
    yield ""


def _value(values: dict[str, dict[str, object]], setting: Setting) -> str:
    return value_text(values[setting.path[0]][setting.path[1]]) if len(setting.path) > 1 else ""


if __name__ == "__main__":
    sys.exit(main())
