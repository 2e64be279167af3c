"""Where each value of the settings came from."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from pydantic import BaseModel

if TYPE_CHECKING:
    from reconciliation.settings.whole import Settings

KeyPath = tuple[str, ...]


class Layered(Struct, frozen=True):
    """One layer's word on one key."""

    origin: str
    value: Any
    """As the layer gives it, read but not validated; a secret is masked."""


class Origins(Mapping[str, str]):
    """The place of every value by dotted key; of settings made by hand, of what was replaced in them since.

    Args:
        places: what is known.
    """

    def __init__(self, places: Mapping[str, str] | None = None) -> None:
        self._places = dict(places or {})

    def __getitem__(self, key: str) -> str:
        return self._places[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def stack(self, key: str) -> tuple[Layered, ...]:  # noqa: ARG002 - for settings that have layers
        """Return every layer's word on a key, lowest first; made by hand, settings have no layers."""
        return ()

    def replaced(self, settings: "Settings", origin: str, values: Mapping[KeyPath, Any]) -> "Origins":  # noqa: ARG002
        """Return the origins of settings in which some values were replaced.

        Args:
            settings: the new settings.
            origin: where the new values came from.
            values: what was replaced, by path.
        """
        return Origins(self._places | {".".join(path): origin for path in values})


def values_in(node: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Yield every value of a section, or of anything in one, with its path."""
    if isinstance(node, BaseModel):
        for name in type(node).model_fields:
            yield from values_in(getattr(node, name), (*path, name))
    elif isinstance(node, Mapping):
        for name, child in node.items():
            yield from values_in(child, (*path, name))
    else:
        yield path, node
