"""Keys that have been renamed, so that an old file or variable still works and says what to change."""

from dataclasses import dataclass
from typing import Final

KeyPath = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Renamed:
    """A key's new place."""

    path: KeyPath
    version: str
    """The release since which the old key is only accepted."""


RENAMED: Final[dict[KeyPath, Renamed]] = {}
"""Old path to new one."""
