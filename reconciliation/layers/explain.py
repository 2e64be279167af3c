"""From a model's refusal to a problem that names the origin and the remedy."""

from typing import Any

from pydantic_core import ErrorDetails

from reconciliation.layers import registry
from reconciliation.layers.origins import place_of
from reconciliation.layers.problems import Problem
from reconciliation.layers.sources import KeyPath, Layer

_EXPECTED = {
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "tuple_type": "a list",
    "dict_type": "a table",
    "mapping_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}
_MEANING = {
    bool: "true, false, 1, 0, yes, no, on or off",
    int: "a whole number",
    float: "a number",
    tuple: "a list, as JSON or separated by commas",
    dict: "a table; in the environment as JSON",
}


def problem_of(detail: ErrorDetails, layers: tuple[Layer, ...]) -> list[Problem]:
    """Return what one of pydantic's errors means to a user: one problem per origin concerned."""
    kind = detail["type"]
    context: dict[str, Any] = detail.get("ctx") or {}
    path: KeyPath = tuple(str(part) for part in detail["loc"] if part != "[key]")
    if "keys" in context:
        return [_between_keys(detail, path, context, layers)]
    if kind == "extra_forbidden":
        return [_unknown_key(path, layers)]
    setting = registry.find(path)
    origin = _origin(path, layers)
    key = ".".join(path[:3] if path[0] == "claims" else path[:2])
    subject = key + _value(detail, setting)
    if kind in {"greater_than_equal", "greater_than", "less_than_equal", "less_than"}:
        code, message, hint = _out_of_range(kind, context, setting)
    elif kind == "finite_number":
        code, message, hint = "not_finite", "must be a finite number", "write a plain number"
    elif kind in {"too_short", "string_too_short"}:
        code, message, hint = "out_of_range", "must not be empty", "write a value or leave it out"
    elif kind == "literal_error":
        code, message = "wrong_value", f"must be {context.get('expected', 'one of a few words')}"
        hint = "write one of these words"
    elif kind in _EXPECTED or kind in {"int_parsing", "float_parsing", "bool_parsing"}:
        meaning = _MEANING.get(setting.kind, "text") if setting else "a table"
        code, message = "wrong_type", f"must be {meaning}"
        hint = "write one" if setting is None or not setting.nullable else "write one, or none"
    else:
        code, message = "invalid", detail["msg"].removeprefix("Value error, ")
        hint = "correct it" + (f": {setting.field.description}" if setting and setting.field.description else "")
    return [Problem(origin, key, code, f"{subject} {message}" if code != "invalid" else f"{key}: {message}", hint)]


def _origin(path: KeyPath, layers: tuple[Layer, ...]) -> str:
    for length in range(len(path), 0, -1):
        place = place_of(path[:length], layers)
        if place != "default":
            return place
    return "default"


def _value(detail: ErrorDetails, setting: registry.Setting | None) -> str:
    value = detail["input"]
    # Text that stands where a section should may be a secret as well.
    if setting is None or setting.secret or not isinstance(value, str | int | float | bool):
        return ""
    try:
        text = repr(value)
    except ValueError:  # more digits than Python turns into text
        return ""
    limit = 60
    return f" = {text if len(text) <= limit else text[:limit] + '...'}"


def _out_of_range(kind: str, context: dict[str, Any], setting: registry.Setting | None) -> tuple[str, str, str]:
    unit = f" {setting.unit}" if setting is not None and setting.unit else ""
    bound = next(context[name] for name in ("ge", "gt", "le", "lt") if name in context)
    words = {
        "greater_than_equal": ("at least", "or more"),
        "greater_than": ("more than", "and above"),
        "less_than_equal": ("at most", "or less"),
        "less_than": ("less than", "and below"),
    }
    must, may = words[kind]
    return "out_of_range", f"must be {must} {bound}{unit}", f"set {bound} {may}"


def _unknown_key(path: KeyPath, layers: tuple[Layer, ...]) -> Problem:
    keys = frozenset(
        ".".join(known) for known in registry.settings_by_path() if len(known) == len(path) and known[0] == path[0]
    )
    if path[0] == "claims":
        keys = frozenset(".".join((*path[:2], name)) for name in registry.claim_settings())
    keys = keys or frozenset(known[0] for known in registry.settings_by_path())
    key = ".".join(path)
    near = registry.nearest(key, keys)
    hint = f"did you mean {near}?" if near else f"there are: {', '.join(sorted(keys))}"
    what = "section" if len(path) == 1 else "key"
    return Problem(_origin(path, layers), key, f"unknown_{what}", f"{key} is no {what} of recon", hint)


def _between_keys(detail: ErrorDetails, path: KeyPath, context: dict[str, Any], layers: tuple[Layer, ...]) -> Problem:
    keys = [(*path, *str(key).split(".")) for key in context["keys"]]
    places = {".".join(key): place_of(key, layers) for key in keys}
    first = next((place for place in places.values() if place != "default"), "default")
    told = ", ".join(f"{key} from {place}" for key, place in places.items())
    return Problem(first, next(iter(places)), detail["type"], detail["msg"], f"change one of: {told}")
