"""One setting, derived from the field of a model: its key, its variable, and what its value may be."""

from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, TypeAliasType, Union, get_args, get_origin

from msgspec import Struct
from msgspec.structs import replace
from pydantic import BaseModel, Field, SecretStr
from pydantic.fields import FieldInfo

from reconciliation.layers.reading import NOTHING, READERS
from reconciliation.settings.masking import is_secret_name

PREFIX: Final = "RECON_"

_OF_THE_ENGINE: Final[FieldInfo] = Field(description="A field of the engine's, which its own class checks.")

Path = tuple[str, ...]


def variable_of(path: Path) -> str:
    """Return the variable of a path; the reconciliation section's keys go without the section."""
    return PREFIX + "_".join(path[1:] if path[0] == "reconciliation" else path).upper()


class Setting(Struct, frozen=True):
    """One setting: a leaf of the settings tree, or the whole of a section that maps names to tables."""

    path: Path
    key: str
    """The dotted key, such as `reconciliation.startup_delay_secs`."""
    variable: str
    """The environment variable, such as `RECON_STARTUP_DELAY_SECS`; a mapping and what is in it share one."""
    field: FieldInfo
    kind: type
    """bool, int, float, str, tuple or dict: what its text becomes; object where only the engine knows."""
    nullable: bool
    secret: bool
    entry: type[BaseModel] | None = None
    """The model of a mapping's tables; none for every other setting."""
    free: bool = False
    """Whether it is a table whose keys only a class of the engine's, or of the user's, knows."""

    @property
    def unit(self) -> str:
        """The unit that the name ends in, as a word, or an empty string."""
        if self.path[-1].startswith("timeout_"):
            return "seconds"
        suffix = self.path[-1].rpartition("_")[2]
        return {"secs": "seconds", "ms": "milliseconds", "mins": "minutes"}.get(suffix, "")

    @property
    def holds_keys(self) -> bool:
        """Whether it is a table whose keys no model has: one of tables by name, or a free one."""
        return self.free or self.entry is not None

    @property
    def may_hold_secrets(self) -> bool:
        """Whether it is a secret, or a table in which one may stand."""
        return self.secret or self.free or any(inner.free for inner in self.in_entry(NOTHING).values())

    def inside(self, path: Path) -> "Setting":
        """Return what lies at a path in this free table."""
        secret = any(map(is_secret_name, path[len(self.path) :]))
        return replace(
            self, path=path, key=".".join(path), field=_OF_THE_ENGINE, kind=object, secret=secret, free=False
        )

    def parse(self, text: str) -> Any:
        """Turn text from the environment into the value it means.

        Text that means nothing for this setting is returned as it is: the strict model refuses it and says why.
        """
        word = text.strip()
        if self.nullable and word.lower() == NOTHING:
            return None
        reader = READERS.get(self.kind)
        try:
            value = text if reader is None else reader(word)
        except (ValueError, RecursionError):
            return text
        return self._with_nothing(value) if self.entry is not None and isinstance(value, dict) else value

    def in_entry(self, name: str) -> Mapping[str, "Setting"]:
        """Return what the table under a name of this mapping may hold, by key; nothing where this is no mapping."""
        if self.entry is None:
            return {}
        return {
            key: setting_of((*self.path, name, key), field, self.variable)
            for key, field in self.entry.model_fields.items()
        }

    def _with_nothing(self, tables: dict[str, Any]) -> dict[str, Any]:
        """Return a mapping's tables with `"none"` read as nothing where a key of theirs may be nothing."""
        nullable = {key for key, setting in self.in_entry(NOTHING).items() if setting.nullable}
        return {
            name: {key: None if key in nullable and value == NOTHING else value for key, value in table.items()}
            if isinstance(table, dict)
            else table
            for name, table in tables.items()
        }


def setting_of(path: Path, field: FieldInfo, variable: str | None = None) -> Setting:
    """Return the setting that a field at a path is; its variable follows from the path unless it is given."""
    annotation, nullable = _unwrapped(field.annotation)
    origin = get_origin(annotation) or annotation
    secret, entry, free = origin is SecretStr, None, False
    if secret or origin is Literal:
        kind: type = str
    elif origin is Mapping:
        kind = dict
        entry, _ = _unwrapped(get_args(annotation)[1])
        free = not (isinstance(entry, type) and issubclass(entry, BaseModel))
    else:
        kind = origin
    return Setting(
        path,
        ".".join(path),
        variable or variable_of(path),
        field,
        kind,
        nullable,
        secret,
        None if free else entry,
        free,
    )


def model_of(field: FieldInfo) -> type[BaseModel] | None:
    """Return the model that a field holds one of; None where it holds anything else."""
    annotation, _ = _unwrapped(field.annotation)
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def type_text(setting: Setting) -> str:
    """Return what a setting's value is, in a word or two."""
    literal = _literal(setting)
    kinds = {
        bool: "true/false",
        int: "whole number",
        float: "number",
        str: "text",
        tuple: "list",
        dict: "table",
        object: "value",
    }
    text = " | ".join(literal) if literal else ("secret" if setting.secret else kinds.get(setting.kind, "text"))
    return f"{text} | {NOTHING}" if setting.nullable and not setting.secret else text


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
