"""Every setting there is, derived from the models: its key, its variable, and how its text is read."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Final, Literal, TypeAliasType, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from reconciliation.external_claims import ExternalOrderClaimConfig
from reconciliation.settings import Settings

PREFIX: Final = "RECON_"
PRESET_VARIABLE: Final = "RECON_PRESET"
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


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: a leaf of the settings tree, or the whole mapping of claims."""

    path: Path
    field: FieldInfo
    kind: type
    """bool, int, float, str, tuple or dict: what its text becomes."""
    nullable: bool
    secret: bool

    @property
    def key(self) -> str:
        """The dotted key, such as `reconciliation.startup_delay_secs`."""
        return ".".join(self.path)

    @property
    def variable(self) -> str:
        """The environment variable; the reconciliation section's keys go without the section."""
        path = self.path[1:] if self.path[0] == "reconciliation" else self.path
        return PREFIX + "_".join(path).upper()

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


def _list(word: str) -> Any:
    return json.loads(word) if word.startswith("[") else [part.strip() for part in word.split(",")]


_READERS: Final[dict[type, Callable[[str], Any]]] = {
    bool: _bool,
    int: _int,
    float: _float,
    tuple: _list,
    dict: json.loads,
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
    return Setting(path=path, field=field, kind=kind, nullable=nullable, secret=secret)


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
def known_variables() -> frozenset[str]:
    """Return every `RECON_*` name that means something."""
    files = {name + FILE_SUFFIX for name, setting in settings_by_variable().items() if setting.secret}
    return frozenset({*settings_by_variable(), *files, SETTINGS_DIR_VARIABLE})


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


def nearest(name: str, known: frozenset[str]) -> str | None:
    """Return the known name that was probably meant, if one is near."""
    matches = get_close_matches(name, sorted(known), n=1, cutoff=0.75)
    return matches[0] if matches else None
