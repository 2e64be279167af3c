"""Which layer each effective value came from, and what it shadowed."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from reconciliation.layers import known
from reconciliation.layers.replaced import ReplacedLayer
from reconciliation.layers.setting import Setting
from reconciliation.layers.sources import KeyPath, Layer
from reconciliation.settings import Settings
from reconciliation.settings.origins import Layered, Origins
from reconciliation.settings.urls import MASK

DEFAULT: Final = "default"


class LayerOrigins(Origins):
    """The place of every effective value by dotted key, worked out only when somebody looks.

    Args:
        settings: the resolved settings.
        layers: the layers they were resolved from, highest first.
    """

    def __init__(self, settings: Settings, layers: tuple[Layer, ...]) -> None:
        super().__init__()
        # Not the settings themselves, which hold these origins: a circle is freed only by the garbage collector.
        self._tables = {setting.path[0]: getattr(settings, setting.path[0]) for setting in known.settings_with_keys()}
        self._layers = layers

    def __getitem__(self, key: str) -> str:
        return self._place_by_key[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def stack(self, key: str) -> tuple[Layered, ...]:
        """Return every layer's word on a key, lowest first; the last one is effective.

        A whole mapping is a key too: each layer's word is what it adds.

        Raises:
            KeyError: there is no such key.
        """
        path = (key,) if (key,) in known.settings_by_path() else self._paths[key]
        words = [Layered(layer.place(path), _shown(path, layer.get(path))) for layer in self._layers if layer.has(path)]
        setting = known.at(path)
        if setting is not None and not setting.field.is_required():
            words.append(Layered(DEFAULT, setting.field.get_default(call_default_factory=True)))
        return tuple(reversed(words))

    def replaced(self, settings: Settings, origin: str, values: Mapping[KeyPath, Any]) -> Origins:
        """Return the origins with one layer more: what was replaced after the settings were resolved."""
        return LayerOrigins(settings, (ReplacedLayer(origin, values), *self._layers))

    @cached_property
    def _paths(self) -> dict[str, KeyPath]:
        """The path of every effective value by its key."""
        return {**known.paths_by_key(), **{".".join(path): path for path in _paths_in(self._tables)}}

    @cached_property
    def _place_by_key(self) -> dict[str, str]:
        owners: dict[KeyPath, Layer] = {}
        for layer in reversed(self._layers):
            owners.update(dict.fromkeys(layer.paths(), layer))
        return {
            key: DEFAULT if (owner := owners.get(path)) is None else owner.place(path)
            for key, path in self._paths.items()
        }


def place_of(path: KeyPath, layers: tuple[Layer, ...]) -> str:
    """Return the place of the highest layer that sets a path, or `default` when none does."""
    for layer in layers:
        if layer.has(path):
            return layer.place(path)
    return DEFAULT


def _paths_in(tables: Mapping[str, Any]) -> Iterator[KeyPath]:
    """Yield the paths of what stands in tables, by section; a mapping has one for each key of each of its tables.

    Of a table whose keys only the engine knows, each key has one; an empty one in a mapping has one itself.
    """
    for setting in known.settings_with_keys():
        section = tables[setting.path[0]]
        if setting.free:
            yield from ((*setting.path, key) for key in section)
        else:
            for name, table in section.items():
                for key, inner in setting.in_entry(name).items():
                    fields = getattr(table, key) if inner.free else {}
                    yield from ((*inner.path, field) for field in fields) if fields else [inner.path]


def _shown(path: KeyPath, value: Any) -> Any:
    setting = known.find(path)
    if setting is not None and not setting.secret and isinstance(value, Mapping):
        return {key: _shown((*path, key), child) for key, child in value.items()}
    if setting is None or not setting.secret or not isinstance(value, str):
        return MASK if setting is not None and setting.secret else value
    if setting.field.annotation is None:
        return MASK
    return _shown_secret(setting, value)


def _shown_secret(setting: Setting, text: str) -> str:
    """Return what the field itself shows of a secret; nothing of one that it refuses, for it may be all secret."""
    field: TypeAdapter[Any] = TypeAdapter(setting.field.rebuild_annotation())
    try:
        return str(field.dump_python(field.validate_python(text), mode="json"))
    except ValidationError:
        return MASK
