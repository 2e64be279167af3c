"""How text from the environment or a command line becomes a value."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from reconciliation.layers.nesting import too_deep

NOTHING: Final = "none"
"""What stands for nothing, in TOML and in the environment alike."""

_WORDS: Final = {"true": True, "1": True, "yes": True, "on": True} | {
    "false": False,
    "0": False,
    "no": False,
    "off": False,
}
_INT: Final = re.compile(r"[+-]?[0-9]{1,40}")
_FLOAT: Final = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,10})?|[+-]?(inf|nan)", re.ASCII)


class RepeatedKeyError(ValueError):
    """A key stands twice in one table; the standard parser would silently take the last."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def repeated_key(text: str) -> str | None:
    """Return the key for which a JSON text was refused because it stands twice; None when that was not why."""
    try:
        _json(text)
    except RepeatedKeyError as error:
        return error.key
    except (ValueError, RecursionError):
        return None
    return None


def _bool(word: str) -> bool:
    if word.lower() not in _WORDS:
        raise ValueError(word)
    return _WORDS[word.lower()]


def _int(word: str) -> int:
    if not _INT.fullmatch(word):
        raise ValueError(word)
    return int(word)


def _float(word: str) -> float:
    if not _FLOAT.fullmatch(word.lower()):
        raise ValueError(word)
    return float(word)


def _json(word: str) -> Any:
    read = json.loads(word, object_pairs_hook=_without_duplicates)
    if isinstance(read, dict) and too_deep(read):
        raise ValueError(word)
    return read


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise RepeatedKeyError(key)
        found[key] = value
    return found


def _any(word: str) -> Any:
    """Read what a class of the engine's will check: JSON where it is JSON, and text else."""
    try:
        return _json(word)
    except (ValueError, RecursionError):
        return word


def _list(word: str) -> Any:
    return _json(word) if word.startswith("[") else [part.strip() for part in word.split(",")]


READERS: Final[Mapping[type, Callable[[str], Any]]] = {
    bool: _bool,
    int: _int,
    float: _float,
    tuple: _list,
    dict: _json,
    object: _any,
}
"""By the kind of a setting; each raises ValueError for text that means nothing to it."""
