"""Judging plain data field by field as a configuration class's own `parse` would.

`parse` stops at the first fault; here each is told, under the key that holds it.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import msgspec
from nautilus_trader.common.config import NautilusConfig, msgspec_decoding_hook

from reconciliation.settings.engine_tables import thawed
from reconciliation.settings.masking import is_secret_name
from reconciliation.settings.urls import said


def judged(
    cls: type[NautilusConfig], tables: Mapping[str, Mapping[str, Any]], faults: dict[str, str], *, named_by: str
) -> Any:
    """Return a configuration of a class; None, and why by key, where one cannot be made.

    Args:
        cls: the class.
        tables: the tables that its fields stand in, by their dotted key; a later one beats an earlier one.
        faults: what is wrong is added here.
        named_by: the key that stands for what no table holds.
    """
    wanted = {field.encode_name: field for field in msgspec.structs.fields(cls)}
    places = {name: key for key, table in tables.items() for name in table}
    values = {name: thawed(value) for table in tables.values() for name, value in table.items()}
    found = {}
    for name, value in values.items():
        if name not in wanted:
            near = get_close_matches(name, wanted, n=1)
            found[f"{places[name]}.{name}"] = f"is no field of {cls.__name__}" + (
                f" (did you mean {near[0]}?)" if near else ""
            )
        elif (why := _refusal(value, wanted[name].type)) is not None:
            told = "it" if is_secret_name(name) or not isinstance(value, str | int | float) else repr(value)
            found[f"{places[name]}.{name}"] = f"{told} is refused: {why}"
    if missing := [name for name, field in wanted.items() if field.required and name not in values]:
        wants = f"{cls.__name__} wants {', '.join(missing)}"
        found[named_by] = "; ".join(filter(None, (found.get(named_by), wants)))
    if not found:
        try:
            return cls.parse(msgspec.json.encode(values))
        except Exception as error:  # noqa: BLE001 - a user's class may check more, and raise anything
            found[named_by] = f"{cls.__name__} refuses it: {_told(error)}"
    faults |= found
    return None


def _refusal(value: Any, wanted: Any) -> str | None:
    try:
        msgspec.json.decode(msgspec.json.encode(value), type=wanted, dec_hook=msgspec_decoding_hook)
    except Exception as error:  # noqa: BLE001 - whatever a hook or an id's constructor raises is a refusal
        return _told(error)
    return None


def _told(error: Exception) -> str:
    return said(error).removesuffix(" - at `$`") or type(error).__name__
