"""Every setting there is, derived from the models: its key, its variable, and how its text is read."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Final, Literal, TypeAliasType, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from reconciliation.external_claims import ExternalOrderClaimConfig
from reconciliation.layers.nesting import too_deep
from reconciliation.settings import Settings

PREFIX: Final = "RECON_"
SETTINGS_DIR_VARIABLE: Final = "RECON_SETTINGS_DIR"
FILE_SUFFIX: Final = "_FILE"
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

Path = tuple[str, ...]

CLAIM_DEPTH: Final = 2
"""Where in a path a claim's own keys stand: `claims`, the strategy id, the key."""


def variable_of(path: Path) -> str:
    """Return the variable of a path; the reconciliation section's keys go without the section."""
    return PREFIX + "_".join(path[1:] if path[0] == "reconciliation" else path).upper()


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: a leaf of the settings tree, or the whole mapping of claims."""

    path: Path
    key: str
    """The dotted key, such as `reconciliation.startup_delay_secs`."""
    variable: str
    """The environment variable, such as `RECON_STARTUP_DELAY_SECS`."""
    field: FieldInfo
    kind: type
    """bool, int, float, str, tuple or dict: what its text becomes."""
    nullable: bool
    secret: bool

    @property
    def unit(self) -> str:
        """The unit that the name ends in, as a word, or an empty string."""
        if self.path[-1].startswith("timeout_"):
            return "seconds"
        suffix = self.path[-1].rpartition("_")[2]
        return {"secs": "seconds", "ms": "milliseconds", "mins": "minutes"}.get(suffix, "")

    def parse(self, text: str) -> Any:
        """Turn text from the environment into the value it means.

        Text that means nothing for this setting is returned as it is: the strict model refuses it and says why.
        """
        word = text.strip()
        if self.nullable and word.lower() == NOTHING:
            return None
        reader = _READERS.get(self.kind)
        try:
            return text if reader is None else reader(word)
        except (ValueError, RecursionError):
            return text


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


class RepeatedKeyError(ValueError):
    """A key stands twice in one table; the standard parser would silently take the last."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise RepeatedKeyError(key)
        found[key] = value
    return found


def repeated_key(text: str) -> str | None:
    """Return the key for which a JSON text was refused because it stands twice; None when that was not why."""
    try:
        _json(text)
    except RepeatedKeyError as error:
        return error.key
    except (ValueError, RecursionError):
        return None
    return None


def _list(word: str) -> Any:
    return _json(word) if word.startswith("[") else [part.strip() for part in word.split(",")]


_READERS: Final[dict[type, Callable[[str], Any]]] = {
    bool: _bool,
    int: _int,
    float: _float,
    tuple: _list,
    dict: _json,
}


def _unwrapped(annotation: Any) -> tuple[Any, bool]:
    """Return an annotation without its wrappers and its `None`, and whether it had one."""
    nullable = False
    while True:
        origin = get_origin(annotation)
        if isinstance(annotation, TypeAliasType):
            annotation = annotation.__value__
        elif origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in {Union, UnionType}:
            rest = [arg for arg in get_args(annotation) if arg is not NoneType]
            nullable = nullable or len(rest) < len(get_args(annotation))
            annotation = rest[0]
        else:
            return annotation, nullable


def _setting(path: Path, field: FieldInfo) -> Setting:
    annotation, nullable = _unwrapped(field.annotation)
    origin = get_origin(annotation) or annotation
    secret = origin is SecretStr
    if secret or origin is Literal:
        kind: type = str
    elif origin is Mapping or getattr(origin, "__name__", "") == "Mapping":
        kind = dict
    else:
        kind = origin
    return Setting(path, ".".join(path), variable_of(path), field, kind, nullable=nullable, secret=secret)


@cache
def settings_by_path() -> Mapping[Path, Setting]:
    """Return every setting by its path: `("reconciliation", "startup_delay_secs")`, `("claims",)`, `("preset",)`."""
    found: dict[Path, Setting] = {}
    for section, field in Settings.model_fields.items():
        annotation, _ = _unwrapped(field.annotation)
        children: dict[str, FieldInfo] | None = getattr(annotation, "model_fields", None)
        if children is None:
            found[section,] = _setting((section,), field)
        else:
            for name, child in children.items():
                found[section, name] = _setting((section, name), child)
    return MappingProxyType(found)


@cache
def settings_by_variable() -> Mapping[str, Setting]:
    """Return every setting by its environment variable."""
    return MappingProxyType({setting.variable: setting for setting in settings_by_path().values()})


@cache
def known_variables() -> tuple[str, ...]:
    """Return every `RECON_*` name that means something, in the order of the settings."""
    files = (name + FILE_SUFFIX for name, setting in settings_by_variable().items() if setting.secret)
    return (*settings_by_variable(), *files, SETTINGS_DIR_VARIABLE)


def claim_settings() -> Mapping[str, FieldInfo]:
    """Return the keys that the table of one claim may hold."""
    return ExternalOrderClaimConfig.model_fields


def find(path: Path) -> Setting | None:
    """Return the setting that a path leads to or into: an item of a tuple, a claim of the mapping."""
    settings = settings_by_path()
    if path[0] == "claims" and len(path) > CLAIM_DEPTH and path[CLAIM_DEPTH] in claim_settings():
        return _setting(path[: CLAIM_DEPTH + 1], claim_settings()[path[CLAIM_DEPTH]])
    for length in range(len(path), 0, -1):
        if (setting := settings.get(path[:length])) is not None:
            return setting
    return None


def type_text(setting: Setting) -> str:
    """Return what a setting's value is, in a word or two."""
    literal = _literal(setting)
    kinds = {bool: "true/false", int: "whole number", float: "number", str: "text", tuple: "list", dict: "table"}
    told = " | ".join(literal) if literal else ("secret" if setting.secret else kinds.get(setting.kind, "text"))
    return f"{told} | {NOTHING}" if setting.nullable and not setting.secret else told


def range_text(setting: Setting) -> str:
    """Return the bounds of a setting's value; empty when it has none."""
    signs = {"ge": ">= ", "gt": "> ", "le": "<= ", "lt": "< "}
    bounds = {
        sign: getattr(constraint, sign)
        for constraint in _constraints(setting.field)
        for sign in signs
        if getattr(constraint, sign, None) is not None
    }
    return ", ".join(f"{signs[sign]}{int(bound) if bound == int(bound) else bound}" for sign, bound in bounds.items())


def _literal(setting: Setting) -> tuple[str, ...]:
    annotation, _ = _unwrapped(setting.field.annotation)
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _constraints(field: FieldInfo) -> Iterator[Any]:
    """Yield the constraints of a field and of its annotation's parts."""
    yield from field.metadata
    parts = [field.annotation]
    while parts:
        part = parts.pop()
        if get_origin(part) is Annotated:
            for item in get_args(part)[1:]:
                yield from item.metadata if isinstance(item, FieldInfo) else (item,)
        if get_origin(part) in {Annotated, Union, UnionType}:
            parts.extend(get_args(part)[:1] if get_origin(part) is Annotated else get_args(part))
