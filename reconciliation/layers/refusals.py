"""From a model's refusal to problems that name the origin and the remedy."""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

from msgspec import Struct
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from reconciliation.layers import known, reading
from reconciliation.layers.origins import DEFAULT, place_of
from reconciliation.layers.problems import Problem
from reconciliation.layers.setting import Setting
from reconciliation.layers.sources import KeyPath, Layer, merged
from reconciliation.layers.suggest import nearest
from reconciliation.settings import Settings

_TYPE_ERRORS: Final = frozenset({
    "int_type", "float_type", "bool_type", "string_type", "tuple_type", "dict_type", "mapping_type", "model_type",
    "model_attributes_type", "int_parsing", "float_parsing", "bool_parsing", "int_parsing_size", "is_instance_of",
})  # fmt: skip
_RANGE_ERRORS: Final = {
    "greater_than_equal": ("ge", "at least", "or more"),
    "greater_than": ("gt", "more than", "and above"),
    "less_than_equal": ("le", "at most", "or less"),
    "less_than": ("lt", "less than", "and below"),
}
_MEANING: Final = {
    bool: "true, false, 1, 0, yes, no, on or off",
    int: "a whole number",
    float: "a number",
    str: "text",
    tuple: "a list, as JSON or separated by commas",
    dict: "a table (JSON in a variable and at --set)",
}
_WITH_UNIT: Final = re.compile(r"\s*([+-]?[0-9.]+)\s*(ms|s|secs?|seconds?|m|mins?|minutes?|h|hours?)\s*", re.IGNORECASE)
_MILLISECONDS: Final = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}
_SHOWN: Final = 60
_ROUNDS: Final = 4


class _Reason(Struct, frozen=True):
    """What is wrong with a value, without where it stands."""

    code: str
    text: str
    hint: str


def problems_of(error: ValidationError, layers: tuple[Layer, ...]) -> Iterator[Problem]:
    """Yield everything a model refuses, also what it looks at only once the first problems are gone.

    Relations between fields are checked after the fields; so what was refused is taken out, and the rest is looked at
    again. What such a look says of a key that was taken out, or that its layer could not read, is left unsaid.
    """
    tree = merged(layers)
    unread = {tuple(problem.key.split(".")) for layer in layers for problem in layer.problems}
    refused: set[KeyPath] = {path for path in unread if not any(layer.has(path) for layer in layers)}
    yielded: set[Problem] = set()
    related: set[KeyPath] = set()
    for _ in range(_ROUNDS):
        found: set[KeyPath] = set()
        for detail in error.errors(include_url=False):
            path: KeyPath = tuple(str(part) for part in detail["loc"] if part != "[key]")
            concerned = _concerned(detail, path)
            found |= set(concerned) or {path}
            problem = _problem(detail, path, layers)
            after_effect = concerned and (path in related or refused & set(concerned))
            if problem not in yielded and not after_effect:
                yielded.add(problem)
                yield problem
            if concerned:
                related.add(path)
        refused |= found
        for path in filter(None, found):
            _take_out(tree, path)
        try:
            Settings(**tree)
        except ValidationError as next_error:
            error = next_error
        else:
            return


def _take_out(tree: dict[str, Any], path: KeyPath) -> None:
    """Remove the value at a path, or the nearest value above it that is no table.

    A table of a mapping goes as a whole: what is left of it would be refused for what it lacks.
    """
    path = path if known.mapping_of(path) is None else known.table_of(path)
    node: Any = tree
    for part in path[:-1]:
        child = node.get(part)
        if not isinstance(child, dict):
            node.pop(part, None)
            return
        node = child
    node.pop(path[-1], None)


def _concerned(detail: ErrorDetails, path: KeyPath) -> tuple[KeyPath, ...]:
    keys = (detail.get("ctx") or {}).get("keys", ())
    return tuple((*path, *str(key).split(".")) for key in keys)


def _problem(detail: ErrorDetails, path: KeyPath, layers: tuple[Layer, ...]) -> Problem:
    if concerned := _concerned(detail, path):
        return _between_keys(detail, concerned, layers)
    if detail["type"] == "extra_forbidden":
        return _unknown_key(path, layers)
    setting = known.find(path)
    owner, owned = _owner(path, layers)
    key = ".".join(path[: len(known.table_of(path)) + 1])
    reason = _reason(detail, setting, None if owner is None else owner.written(owned))
    value = _value_text(setting, owner, owned)
    message = f"{key}: {reason.text}" if reason.code == "invalid" else f"{key}{value} {reason.text}"
    return Problem(
        owner.place(owned) if owner else DEFAULT,
        key,
        reason.code,
        message,
        "; ".join(filter(None, (reason.hint, _below(owner, owned, setting, layers)))),
        # Only the line of a known key is shown: behind any other name may stand a secret.
        owner.excerpt(owned) if owner and setting and not setting.may_hold_secrets and owned == setting.path else None,
    )


def _owner(path: KeyPath, layers: tuple[Layer, ...]) -> tuple[Layer | None, KeyPath]:
    """Return the highest layer that sets a path, or the nearest path above it, and that path."""
    for length in range(len(path), 0, -1):
        for layer in layers:
            if layer.has(path[:length]):
                return layer, path[:length]
    return None, path


def _reason(detail: ErrorDetails, setting: Setting | None, written: Any) -> _Reason:
    kind, context = detail["type"], detail.get("ctx") or {}
    if kind in _RANGE_ERRORS:
        name, must, may = _RANGE_ERRORS[kind]
        unit = f" {setting.unit}" if setting is not None and setting.unit else ""
        bound = int(context[name]) if context[name] == int(context[name]) else context[name]
        return _Reason("out_of_range", f"must be {must} {bound}{unit}", f"set {bound} {may}")
    if kind == "finite_number":
        return _Reason("not_finite", "must be a finite number", "write a plain number")
    if kind in {"too_short", "string_too_short"}:
        return _Reason("out_of_range", "must not be empty", "write a value")
    if kind == "literal_error":
        return _Reason("wrong_value", f"must be {context['expected']}", "write one of these words")
    if kind in _TYPE_ERRORS:
        return _wrong_type(setting, written)
    message = detail["msg"].removeprefix("Value error, ")
    return _Reason("invalid", message, "correct it")


def _wrong_type(setting: Setting | None, written: Any) -> _Reason:
    if setting is None:
        return _Reason("wrong_type", "must be a table", "write it as [section] with its keys below")
    if setting.kind is dict and isinstance(written, str) and (twice := reading.repeated_key(written)) is not None:
        return _Reason("invalid", f"{_text(twice)} stands here twice", "keep one of the two")
    if (
        setting.kind in {int, float}
        and setting.unit
        and isinstance(written, str)
        and (match := _WITH_UNIT.fullmatch(written))
    ):
        in_name = not setting.path[-1].startswith("timeout_")
        unit = f"its unit, {setting.unit}, stands in its name" if in_name else f"its unit is always {setting.unit}"
        message = f"must be {_MEANING[setting.kind]}: {unit}"
        meant = _converted(match[1], match[2], setting)
        such = f", such as {meant}" if meant else ""
        return _Reason("unit_in_value", message, f"write the number of {setting.unit} alone{such}")
    or_none = ", or none" if setting.nullable else ""
    is_number = setting.kind in {bool, int, float}
    quoted = is_number and isinstance(written, str) and isinstance(setting.parse(written), bool | int | float)
    hint = "write it without quotes" if quoted else "write one"
    if setting.kind is bool and (quoted or not isinstance(written, str)):  # a file has two words for it
        return _Reason("wrong_type", f"must be true or false{or_none}", "write one, without quotes and in lower case")
    return _Reason("wrong_type", f"must be {_MEANING.get(setting.kind, 'text')}{or_none}", hint)


def _converted(number: str, unit: str, setting: Setting) -> str:
    """Return a number that was written with a unit in the setting's own; empty where there is no plain one."""
    try:
        amount = Fraction(number) * _MILLISECONDS[_unit_sign(unit)] / _MILLISECONDS[_unit_sign(setting.unit)]
        if amount.denominator == 1:
            return str(int(amount))
        return str(float(amount)) if setting.kind is float else ""
    except (ValueError, OverflowError):  # two dots, or more digits than a number has
        return ""


def _unit_sign(unit: str) -> str:
    unit = unit.lower()
    return "ms" if unit in {"ms", "milliseconds"} else unit[0]


def _value_text(setting: Setting | None, owner: Layer | None, path: KeyPath) -> str:
    """Return ` = VALUE` as it was written; nothing for secrets, tables and long lists."""
    # Text that stands where a section should may be a secret as well.
    if setting is None or setting.may_hold_secrets or owner is None or path != setting.path:
        return ""
    written = owner.written(path)
    return f" = {_text(written)}" if isinstance(written, str | int | float | bool) else ""


def _text(value: Any) -> str:
    """Return a value as short text that is safe to print."""
    if value == ():
        return "[]"
    try:
        if isinstance(value, tuple):
            text = ",".join(map(str, value))
        else:
            text = reading.NOTHING if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    except ValueError:  # more digits than Python turns into text
        return "a huge number"
    shown = text if text.isprintable() and text == text.strip() and text else repr(text)
    return shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "..."


def _below(owner: Layer | None, path: KeyPath, setting: Setting | None, layers: tuple[Layer, ...]) -> str:
    """Say what would hold without the refused value: the next layer's word, or the default."""
    if owner is None or setting is None or setting.may_hold_secrets or path != setting.path:
        return ""
    if known.mapping_of(path) is not None:
        return ""  # without it, the rest of its table may be refused
    lower = layers[layers.index(owner) + 1 :]
    shadowed = next((layer for layer in lower if layer.has(path)), None)
    if shadowed is not None:
        return f"or {owner.remedy()}: {shadowed.place(path)} says {_text(shadowed.written(path))}"
    return f"or {owner.remedy()}: the default is {_text(setting.field.get_default(call_default_factory=True))}"


def _unknown_key(path: KeyPath, layers: tuple[Layer, ...]) -> Problem:
    owner, owned = _owner(path, layers)
    key = ".".join(path)
    what = "section" if len(path) == 1 else "key"
    return Problem(
        owner.place(owned) if owner else DEFAULT,
        key,
        f"unknown_{what}",
        f"{key} is no {what} of recon",
        _meant_key(path),
        # Only a key can be shown: what stands behind it may be a secret under a wrong name.
        None,
    )


def _meant_key(path: KeyPath) -> str:
    by_path = known.settings_by_path()
    if (meant := known.by_engine_name(path[-1])) is not None:
        return f"did you mean {meant}?"
    if (mapping := known.mapping_of(path)) is not None:
        keys = tuple(setting.key for setting in mapping.in_entry(path[1]).values())
    elif len(path) == 1 and (sections := [p[0] for p in by_path if p[1:] == path]):
        return f"it belongs in [{sections[0]}]"
    elif len(path) == 1:
        keys = tuple(dict.fromkeys(section for section, *_ in by_path))
    else:
        keys = tuple(setting.key for setting in by_path.values() if setting.path[0] == path[0])
        elsewhere = [p[0] for p in by_path if len(p) == len(path) and p[1] == path[1]]
        if elsewhere:
            return f"it belongs in [{elsewhere[0]}]"
    near = nearest(".".join(path), keys)
    return f"did you mean {near}?" if near else f"there are: {', '.join(keys)}"


def _between_keys(detail: ErrorDetails, concerned: tuple[KeyPath, ...], layers: tuple[Layer, ...]) -> Problem:
    places = {".".join(path): place_of(path, layers) for path in concerned}
    first = next((place for place in places.values() if place != DEFAULT), DEFAULT)
    listed = ", ".join(f"{key} ({'not set' if place == DEFAULT else place})" for key, place in places.items())
    if detail["type"] == "relation":
        listed = ", ".join(f"{key} ({place})" for key, place in places.items())
    change = "change" if len(places) == 1 else "change one of"
    between = tuple(places)
    return Problem(first, between[0], detail["type"], detail["msg"], f"{change} {listed}", between=between)
