"""The layer that a program puts on top of settings that were resolved, such as the address of an embedded cache."""

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from reconciliation.layers.sources import KeyPath, Layer


class ReplacedLayer(Layer):
    """Values that replaced others.

    Args:
        origin: where they came from, in a word.
        values: the values by path.
    """

    def __init__(self, origin: str, values: Mapping[KeyPath, Any]) -> None:
        self._origin = origin
        tree: dict[str, Any] = {}
        for (*above, last), value in values.items():
            node = tree
            for part in above:
                node = node.setdefault(part, {})
            node[last] = value.get_secret_value() if isinstance(value, SecretStr) else value
        super().__init__(tree, [])

    def _place(self, path: KeyPath) -> str:  # noqa: ARG002 - all of it has one origin
        """Return the origin."""
        return self._origin
