"""The shape of a generation's field table: which field of the engine's configuration each setting becomes."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct


class EngineField(Struct, frozen=True):
    """One setting and the engine's field that it becomes."""

    key: str
    """The setting's dotted key; of a field that is no setting, the key by which rules judge it."""
    owner: str
    """The engine's configuration class."""
    name: str
    """The field's name in it."""
    is_setting: bool = True
    """Whether recon emits it; otherwise it is only read from a hand-written configuration."""
    nothing: tuple[Any, Any] | None = None
    """How nothing is said here and in the engine, where the two differ."""
    holds_ids: bool = False
    """Whether the engine holds identifiers of its own where a setting holds texts."""

    def __str__(self) -> str:
        return f"{self.owner}.{self.name}"

    def emitted(self, value: Any) -> Any:
        """Return a setting's value as the engine wants it."""
        return self.nothing[1] if self.nothing is not None and value in {None, ()} else value

    def read(self, value: Any) -> Any:
        """Return the engine's value as a setting would hold it."""
        if self.nothing is not None and not value:
            return self.nothing[0]
        return tuple(map(str, value)) if self.holds_ids and value else value


class FieldTable:
    """Every setting that reaches the engine, and every field of the engine that is left alone.

    Args:
        fields: a row a field.
        left_alone: why a field is no setting, by configuration class and name.
        parts: where the fields of each class stand in the configuration of a whole node, such as `cache.`.
    """

    def __init__(
        self,
        fields: Iterable[EngineField],
        left_alone: Mapping[str, Mapping[str, str]],
        parts: Mapping[str, str],
    ) -> None:
        self._fields = tuple(fields)
        self.left_alone = left_alone
        self.parts = parts

    def __iter__(self) -> Iterator[EngineField]:
        return iter(self._fields)

    def of(self, owner: str) -> tuple[EngineField, ...]:
        """Return the rows of one configuration class."""
        return tuple(field for field in self._fields if field.owner == owner)

    def settings(self, owner: str) -> tuple[EngineField, ...]:
        """Return the rows of one configuration class that recon emits."""
        return tuple(field for field in self.of(owner) if field.is_setting)

    def by_key(self, key: str) -> EngineField | None:
        """Return the row of a setting; None where recon itself acts on it."""
        return next((field for field in self._fields if field.key == key and field.is_setting), None)
