"""Keys that have been renamed, so that an old file or variable still works and says what to change."""

from typing import Final

from msgspec import Struct

KeyPath = tuple[str, ...]


class Renamed(Struct, frozen=True):
    """A key's new place."""

    path: KeyPath
    version: str
    """The release since which the old key is only accepted."""


_FACTS: Final = (
    "venue_round_trip_ms",
    "max_resting_order_mins",
    "symbols",
    "container_grace_secs",
    "account_shared",
    "supervisor_restarts",
)

RENAMED: Final[dict[KeyPath, Renamed]] = {
    **{("node", name): Renamed(("facts", name), "0.2.0") for name in _FACTS},
    ("cache", "shared"): Renamed(("facts", "database_shared"), "0.2.0"),
}
"""Old path to new one."""
