"""How deeply tables may nest: no setting lies deeper than a few, and what walks them must end."""

from collections.abc import Mapping
from typing import Any, Final

DEEPEST: Final = 100


def too_deep(tree: Mapping[str, Any]) -> bool:
    """Whether tables nest deeper than any that could hold a setting; a table that holds itself does."""
    level: list[Mapping[str, Any]] = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in node.values() if isinstance(child, Mapping)]
        if not level:
            return False
    return True
