"""Reading a configuration object of the engine's field by field, as the engine's own `parse` would judge it."""

import math
from typing import Any, Final

import msgspec
from nautilus_trader.common.config import msgspec_decoding_hook, msgspec_encoding_hook

_OFF_AT_ZERO: Final = frozenset(
    {"open_check_interval_secs", "position_check_interval_secs", "own_books_audit_interval_secs"}
)
"""What `parse` wants to be positive, and the engine takes for off where it is 0."""
_NONE_AT_ZERO: Final = frozenset({"timeout_post_stop", "timeout_disconnection", "timeout_shutdown"})
"""What `parse` wants to be positive, and the engine does not wait for where it is 0."""
_MASKED: Final = frozenset({"username", "password"})


class FieldReading:
    """One configuration object, each field judged by itself as the engine's `parse` judges it.

    `parse` stops at the first fault, and its JSON cannot carry some: a NaN becomes a null, and an id given as plain
    text becomes the id that it should have been.

    Args:
        config: the object.
        prefix: what stands before its fields' names.
        only: the fields to judge; all when empty.
        leave: fields that are not judged.
    """

    def __init__(
        self, config: msgspec.Struct, prefix: str, only: tuple[str, ...] = (), leave: tuple[str, ...] = ()
    ) -> None:
        self.prefix = prefix
        self._config = config
        self._wrong: dict[str, Any] = {}
        self.refused: dict[str, str] = {}
        for field in msgspec.structs.fields(type(config)):
            if (only and field.name not in only) or field.name in leave:
                continue
            value = getattr(config, field.name)
            why = _refusal(value, field.type, f"a {type(value).__name__}" if field.name in _MASKED else shown(value))
            if why is not None and value == 0 and field.name in _OFF_AT_ZERO | _NONE_AT_ZERO:
                self._wrong[field.name] = None if field.name in _OFF_AT_ZERO else 0.0
            elif why is not None:
                # What a fault leaves unknown is judged as the default, by the rules that still apply.
                self._wrong[field.name] = default_of(field)
                self.refused[f"{prefix}{field.name}"] = why

    def value(self, name: str) -> Any:
        """Return a field's value, or its default where the value is refused."""
        return self._wrong[name] if name in self._wrong else getattr(self._config, name)


def default_of(field: msgspec.structs.FieldInfo) -> Any:
    """Return what a field is where nobody sets it."""
    return field.default_factory() if field.default is msgspec.NODEFAULT else field.default


def _refusal(value: Any, wanted: Any, shown: str) -> str | None:
    """Return why the engine's `parse` would not take a value, or None."""
    if isinstance(value, float) and not math.isfinite(value):
        return f"{shown} is no number that can be used"
    try:
        parsed = msgspec.json.decode(
            msgspec.json.encode(value, enc_hook=msgspec_encoding_hook), type=wanted, dec_hook=msgspec_decoding_hook
        )
    except Exception as error:  # noqa: BLE001 - whatever a hook or an id's constructor raises is a refusal
        return f"{shown} is refused: {' '.join(str(error).split())}"
    # The JSON of an id is a text, so a text where an id is wanted comes back as the id it should have been.
    kind = type(parsed[0]) if isinstance(parsed, list) and parsed else None
    if kind is not None and not all(isinstance(item, kind) for item in value):
        return f"{shown} is no list of {kind.__name__}"
    return None


def shown(value: object) -> str:
    """Return a value as a refusal repeats it."""
    return repr(value) if isinstance(value, bool | int | float | str | list | tuple) else f"a {type(value).__name__}"
