"""The keys under which the engine's cache stands in its database, without the trader's prefix."""

from typing import Final

HASHES: Final = ("index:order_position", "index:order_client")
"""The indices that hold a value for each member: hashes, which are read as one JSON object; the others are sets."""
