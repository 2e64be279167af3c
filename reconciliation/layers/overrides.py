"""The layer that the command line's `--set`, or a caller's dict, is."""

from collections.abc import Mapping
from typing import Any, Final

from reconciliation.layers import known, renames
from reconciliation.layers.nesting import too_deep
from reconciliation.layers.problems import Problem
from reconciliation.layers.sources import KeyPath, Layer
from reconciliation.layers.suggest import nearest

PLACE: Final = "--set"


class OverrideLayer(Layer):
    """What the command line or the caller sets, by dotted key.

    Args:
        overrides: values by dotted key; text is read as in the environment.
    """

    def __init__(self, overrides: Mapping[str, object]) -> None:
        self._texts: dict[KeyPath, object] = {}
        problems: list[Problem] = []
        values: dict[str, Any] = {}
        # A whole table comes before the keys in it, whatever the caller's order.
        for key, value in sorted(overrides.items(), key=lambda item: item[0].count(".")):
            path = tuple(key.split("."))
            renamed = renames.RENAMED.get(path)
            setting = known.find(renamed.path if renamed else path)
            whole = setting is not None and (renamed is not None or path == setting.path)
            if setting is None or not (whole or setting.kind is dict):
                near = known.by_engine_name(key) or nearest(
                    key, tuple(setting.key for setting in known.settings_by_path().values())
                )
                hint = f"did you mean {near}?" if near else "`recon show` lists the keys there are"
                problems.append(Problem(f"{PLACE} {key}", key, "unknown_key", "is no setting of recon", hint))
                continue
            node: Any = values
            for part in path[:-1]:
                node = node.setdefault(part, {}) if isinstance(node, dict) else node
            if not isinstance(node, dict):
                continue  # what stands above is no table, and the model says so
            parsed = setting.parse(value) if whole and isinstance(value, str) else value
            if isinstance(parsed, Mapping) and too_deep(parsed):
                message, hint = f"{key} is nested too deeply", "give a table of plain values"
                problems.append(Problem(f"{PLACE} {key}", key, "malformed", message, hint))
                continue
            node[path[-1]] = _copied(parsed)
            self._texts[path] = value
        super().__init__(values, problems)

    def _place(self, path: KeyPath) -> str:  # noqa: ARG002 - an override's place is the command line
        """Return `--set`."""
        return PLACE

    def written(self, path: KeyPath) -> Any:
        """Return the text that was given."""
        return self._texts.get(self._moved.get(path, path), self.get(path))

    def remedy(self) -> str:
        """Return how a user takes an override back."""
        return "leave it out"


def _copied(value: Any) -> Any:
    """Return tables as copies: the caller's own must not change when a key is set in them."""
    return {key: _copied(child) for key, child in value.items()} if isinstance(value, Mapping) else value
