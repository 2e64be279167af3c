"""The JSON Schema of the TOML files, for editors and TOML tools."""

from typing import Any, Final

from reconciliation.layers import known
from reconciliation.layers.reading import NOTHING
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
    for setting in known.settings_by_path().values():
        section = schema["properties"][setting.path[0]]
        if setting.entry is not None:
            _name_entries(section)
            for key, inner in setting.in_entry(NOTHING).items():
                _leave_out(schema, section["additionalProperties"], key, secret=inner.secret)
        elif len(setting.path) > 1:
            _leave_out(schema, section, setting.path[1], secret=setting.secret)
    schema["properties"]["preset"]["pattern"] = f"^{PRESET_NAME.pattern}$"
    plain: dict[str, Any] = _plain(schema)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "recon settings",
        "description": "default.toml and the preset files of nautilus-recon.",
        **{key: value for key, value in plain.items() if key not in {"title", "description"}},
    }


def _name_entries(mapping: dict[str, Any]) -> None:
    """Refuse every table of a mapping whose name does not match; editors let pass what no pattern matches."""
    for pattern, table in mapping.pop("patternProperties", {}).items():
        mapping["additionalProperties"] = table
        mapping["propertyNames"] = {"pattern": pattern}


def _leave_out(schema: dict[str, Any], section: dict[str, Any], key: str, *, secret: bool) -> None:
    if secret:
        del schema["$defs"][section["$ref"].rpartition("/")[2]]["properties"][key]


def _plain(node: Any) -> Any:
    """Return a schema without generated titles, with null spelled as TOML spells it."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") == "null":
        return {"const": NOTHING}
    found = {}
    for key, value in node.items():
        if key == "title" and isinstance(value, str):
            continue
        found[key] = NOTHING if key == "default" and value is None else _plain(value)
    if "description" in found and isinstance(found["description"], str):
        found["description"] = " ".join(found["description"].split())
    return found
