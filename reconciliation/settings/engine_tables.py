"""Tables of the engine's own fields: handed to the engine as they stand, and checked by its `parse`."""

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import AfterValidator, JsonValue, PlainSerializer, SerializationInfo

from reconciliation.settings.masking import mask

ENGINE_TABLES: Final = ("logging", "risk", "message_bus", "streaming")
"""The sections that are one such table as a whole."""

_FIELD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def _fields(table: Mapping[str, Any]) -> Mapping[str, Any]:
    for name, value in table.items():
        if not _FIELD.fullmatch(name):
            raise ValueError(f"{name!r} is no field's name")
        if not _is_finite(value):
            raise ValueError(f"{name} holds a number that is not finite")
    return MappingProxyType({name: _frozen(value) for name, value in table.items()})


def _is_finite(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_finite, value.values()))
    if isinstance(value, list):
        return all(map(_is_finite, value))
    return not isinstance(value, float) or math.isfinite(value)


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return MappingProxyType({key: _frozen(item) for key, item in value.items()})
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def thawed(value: Any) -> Any:
    """Return a table, or anything in one, as plain data."""
    if isinstance(value, Mapping):
        return {key: thawed(item) for key, item in value.items()}
    return [thawed(item) for item in value] if isinstance(value, tuple) else value


def _written(table: Mapping[str, Any], info: SerializationInfo) -> dict[str, Any]:
    plain: dict[str, Any] = mask(thawed(table)) if info.mode_is_json() else thawed(table)
    return plain


EngineTable = Annotated[Mapping[str, JsonValue], AfterValidator(_fields), PlainSerializer(_written)]
"""Fields of one configuration class of the engine; as JSON without what their names say is secret."""
