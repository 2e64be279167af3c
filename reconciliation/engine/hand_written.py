"""A hand-written configuration of the engine's, as settings of ours."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict


class HandWritten(Struct, frozen=True):
    """What a configuration says, in settings and in words; plain data, without secrets.

    Attributes:
        source: where it stands, as its user knows it.
        what: its class.
        values: what settings of ours hold of it, by key, lists for tuples; not judged by our own constraints.
        refused: what the engine itself would not take: by key, and why.
        remains: what no setting holds, and where it goes with recon; a line each.
    """

    source: str
    what: str
    values: Mapping[str, Any]
    refused: Mapping[str, str]
    remains: tuple[str, ...]

    def data(self) -> dict[str, Any]:
        """Return it as JSON can carry it, and the constructor takes it."""
        return asdict(self)
