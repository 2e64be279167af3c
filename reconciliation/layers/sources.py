"""A layer: a tree of values, and the place each of them stands; and what several of them make together."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reconciliation.layers import renames
from reconciliation.layers.problems import Excerpt, Problem

KeyPath = tuple[str, ...]


class Layer:
    """One layer.

    Args:
        values: the tree of values it sets, read but not validated.
        problems: what is wrong with it, found while it was read.
    """

    def __init__(self, values: dict[str, Any], problems: list[Problem]) -> None:
        self.values = values
        self.problems = problems
        self.warnings: list[Problem] = []
        self._moved: dict[KeyPath, KeyPath] = {}
        for old, renamed in renames.RENAMED.items():
            if old[0] in values and self.has(old):
                self._move(old, renamed)

    def paths(self) -> Iterator[KeyPath]:
        """Yield the path of every value and every table this layer sets."""
        return _paths(self.values, ())

    def has(self, path: KeyPath) -> bool:
        """Whether this layer sets the value at a path."""
        node: Any = self.values
        for part in path:
            if not isinstance(node, dict) or part not in node:
                return False
            node = node[part]
        return True

    def get(self, path: KeyPath) -> Any:
        """Return the value this layer sets at a path that it has."""
        node: Any = self.values
        for part in path:
            node = node[part]
        return node

    def place(self, path: KeyPath) -> str:
        """Return where a value of this layer stands, in the words a user knows it by."""
        return self._place(self._moved.get(path, path))

    def _place(self, path: KeyPath) -> str:
        raise NotImplementedError

    def excerpt(self, path: KeyPath) -> Excerpt | None:  # noqa: ARG002 - files have lines, other layers none
        """Return the line a value stands on."""
        return None

    def written(self, path: KeyPath) -> Any:
        """Return a value as it was written, where reading changed its form."""
        return self.get(path)

    def remedy(self) -> str:
        """Return how a user takes a value out of this layer."""
        return "remove it"

    def _move(self, old: KeyPath, renamed: renames.Renamed) -> None:
        value = self.get(old)
        del self.get(old[:-1])[old[-1]]
        if old[:-1] and not self.get(old[:-1]):
            del self.get(old[:-2])[old[-2]]  # the table of a section that is gone too
        if not self.has(renamed.path):
            node: Any = self.values
            for part in renamed.path[:-1]:
                node = node.setdefault(part, {}) if isinstance(node, dict) else node
            if isinstance(node, dict):  # else what stands above is no table, and the model says so
                self._moved[renamed.path] = old
                node[renamed.path[-1]] = value
        new = ".".join(renamed.path)
        message = f"{'.'.join(old)} is called {new} since {renamed.version}"
        self.warnings.append(Problem(self._place(old), new, "renamed", message, f"write {new}", self.excerpt(old)))


def _paths(tree: dict[str, Any], above: KeyPath) -> Iterator[KeyPath]:
    for key, value in tree.items():
        path = (*above, key)
        yield path
        if isinstance(value, dict):
            yield from _paths(value, path)


def merged(layers: tuple[Layer, ...]) -> dict[str, Any]:
    """Return the tree that layers make together, highest first: tables merge by key, everything else replaces."""
    tree: dict[str, Any] = {}
    for layer in reversed(layers):
        _merge(tree, layer.values)
    return tree


def _merge(into: dict[str, Any], tree: dict[str, Any]) -> None:
    for key, value in tree.items():
        if isinstance(value, dict):
            below = into.get(key)
            if not isinstance(below, dict):
                below = into[key] = {}
            _merge(below, value)
        else:
            into[key] = value


def display(path: Path) -> str:
    """Return a path as short as it stays findable: relative where it lies below the working directory."""
    try:
        real, here = os.path.realpath(path), os.getcwd()  # noqa: PTH109 - six times as quick as Path's
    except (ValueError, OSError):
        return str(path)
    return real[len(here) + 1 :] if real.startswith(here + os.sep) else str(path)
