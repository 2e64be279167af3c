"""The JSON Schema of the TOML files, for editors and TOML tools."""

from typing import Any, Final

from reconciliation.identifiers import STRATEGY_ID
from reconciliation.layers import registry
from reconciliation.settings import Settings
from reconciliation.settings.whole import PRESET_NAME

SCHEMA_FILE: Final = "recon.schema.json"
SCHEMA_LINE: Final = f"#:schema ./{SCHEMA_FILE}"
"""The first line of each TOML file; editors find the schema by it."""


def toml_schema() -> dict[str, Any]:
    """Return the JSON Schema of default.toml and the preset files.

    It differs from the models' own in three ways: TOML has no null, so `"none"` says nothing is meant; secrets may not
    stand in a file; and a file holds only the keys it sets, so nothing is required.
    """
    schema = Settings.model_json_schema()
    sections = schema["$defs"]
    for setting in registry.settings_by_path().values():
        section = schema["properties"][setting.path[0]].get("$ref", "").rpartition("/")[2]
        if setting.secret:
            del sections[section]["properties"][setting.path[1]]
    schema["properties"]["claims"]["propertyNames"] = {"pattern": f"^{STRATEGY_ID.pattern}$"}
    schema["properties"]["preset"]["pattern"] = f"^{PRESET_NAME.pattern}$"
    plain: dict[str, Any] = _plain(schema)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "recon settings",
        "description": "default.toml and the preset files of nautilus-recon.",
        **{key: value for key, value in plain.items() if key not in {"title", "description"}},
    }


def _plain(node: Any) -> Any:
    """Return a schema without generated titles, with null spelled as TOML spells it."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") == "null":
        return {"const": registry.NOTHING}
    found = {}
    for key, value in node.items():
        if key == "title" and isinstance(value, str):
            continue
        found[key] = registry.NOTHING if key == "default" and value is None else _plain(value)
    if "description" in found and isinstance(found["description"], str):
        found["description"] = " ".join(found["description"].split())
    return found
