"""Which layer each effective value came from, and what it shadowed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from reconciliation.layers import registry
from reconciliation.layers.sources import KeyPath, Layer
from reconciliation.settings import Settings
from reconciliation.settings.cache import CacheSettings
from reconciliation.settings.urls import MASK, masked_url

DEFAULT: Final = "default"
CLAIMS: Final = ("claims",)


@dataclass(frozen=True, slots=True)
class Layered:
    """One layer's word on one key."""

    origin: str
    value: Any
    """As the layer gives it, read but not validated; a secret is masked."""


class Origins(Mapping[str, str]):
    """The place of every effective value by dotted key, worked out only when somebody looks.

    Args:
        settings: the resolved settings.
        layers: the layers they were resolved from, highest first.
    """

    def __init__(self, settings: Settings, layers: tuple[Layer, ...]) -> None:
        self._settings = settings
        self._layers = layers
        self._paths: dict[str, KeyPath] | None = None

    def __getitem__(self, key: str) -> str:
        return place_of(self._path(key), self._layers)

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def stack(self, key: str) -> tuple[Layered, ...]:
        """Return every layer's word on a key, lowest first; the last one is effective.

        The whole mapping `claims` is a key too: each layer's word is what it adds.

        Raises:
            KeyError: there is no such key.
        """
        path = CLAIMS if key == CLAIMS[0] else self._path(key)
        words = [Layered(layer.place(path), _shown(path, layer.get(path))) for layer in self._layers if layer.has(path)]
        setting = registry.find(path)
        if setting is not None and path == setting.path:
            words.append(Layered(DEFAULT, setting.field.get_default(call_default_factory=True)))
        return tuple(reversed(words))

    def _path(self, key: str) -> KeyPath:
        return self._all()[key]

    def _all(self) -> dict[str, KeyPath]:
        if self._paths is None:
            self._paths = {".".join(path): path for path in leaves(self._settings)}
        return self._paths


def place_of(path: KeyPath, layers: tuple[Layer, ...]) -> str:
    """Return the place of the highest layer that sets a path, or `default` when none does."""
    for layer in layers:
        if layer.has(path):
            return layer.place(path)
    return DEFAULT


def leaves(settings: Settings) -> Iterator[KeyPath]:
    """Yield the path of every effective value; claims have one for each key of each strategy."""
    for path, setting in registry.settings_by_path().items():
        if setting.kind is not dict:
            yield path
    for strategy, claim in settings.claims.items():
        for name in type(claim).model_fields:
            yield "claims", strategy, name


def _shown(path: KeyPath, value: Any) -> Any:
    setting = registry.find(path)
    if setting is None or not setting.secret or not isinstance(value, str):
        return value
    return _shown_url(value) if path == ("cache", "url") else MASK


def _shown_url(url: str) -> str:
    """Return a cache url without its user-info; nothing of one that is no url, for it may be all secret."""
    try:
        CacheSettings.model_validate({"url": url})
    except ValidationError:
        return MASK
    return masked_url(url)
