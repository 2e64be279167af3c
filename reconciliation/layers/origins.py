"""Which layer each effective value came from."""

from collections.abc import Iterator, Mapping

from reconciliation.layers import registry
from reconciliation.layers.sources import KeyPath, Layer
from reconciliation.settings import Settings

DEFAULT = "default"


class Origins(Mapping[str, str]):
    """The place of every effective value by dotted key, worked out only when somebody looks.

    Args:
        settings: the resolved settings.
        layers: the layers they were resolved from, highest first.
    """

    def __init__(self, settings: Settings, layers: tuple[Layer, ...]) -> None:
        self._layers = layers
        self._paths = {".".join(path): path for path in _leaves(settings)}

    def __getitem__(self, key: str) -> str:
        return place_of(self._paths[key], self._layers)

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def place_of(path: KeyPath, layers: tuple[Layer, ...]) -> str:
    """Return the place of the highest layer that sets a path, or `default` when none does."""
    for layer in layers:
        if layer.has(path):
            return layer.place(path)
    return DEFAULT


def _leaves(settings: Settings) -> Iterator[KeyPath]:
    for path, setting in registry.settings_by_path().items():
        if setting.kind is not dict:
            yield path
    for strategy, claim in settings.claims.items():
        for name in type(claim).model_fields:
            yield "claims", strategy, name
