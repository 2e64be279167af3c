"""What a node asks of the database behind its cache, as the server counts it.

The engine writes each change of an order by itself, as a transaction; at rest it writes nothing but what keeps its
connection from being cut. Then there are three threads of recon: one sees that the database takes what is written, one
renews the leases, and one tells the fleet of a node that is watched. A start, which loads and writes a whole history,
comes on top.
"""

from typing import Final

from msgspec import Struct

from reconciliation.settings import Settings

PROBED_EVERY_SECS: Final = 0.5
KEPT_EVERY_SECS: Final = 30.0
"""How often the engine's own connection is written to; what lies between cuts one that rests, some after a minute."""
RENEWALS: Final = 3
"""Of a lease, within the time that it lasts."""
TOLD_EVERY_SECS: Final = 5.0
"""How often a node that is watched tells its fleet how it is."""

ORDER_COMMANDS: Final = 66
"""Of an order that trades at once, by one fill, the half of them opening a position and the half closing it: 22 writes,
each between MULTI and EXEC. `make fleet` measures this and the sizes."""
ORDER_BYTES: Final = 5_200
_PROBE_BYTES: Final = 77
_KEPT_COMMANDS: Final = 3
"""A write, between MULTI and EXEC."""
_KEPT_BYTES: Final = 90
_RENEWAL_COMMANDS: Final = 3
"""A script, and what it runs."""
_RENEWAL_BYTES: Final = 320
_TOLD_BYTES: Final = 8_100
"""Nearly all of it are the settings and their origins."""


class DatabaseLoad(Struct, frozen=True):
    """What one node sends to its database."""

    commands_per_sec: float
    """At rest."""
    bytes_per_sec: float
    order_commands: int = ORDER_COMMANDS
    """On top, for each order that trades."""
    order_bytes: int = ORDER_BYTES


def database_load(settings: Settings, *, accounts: int) -> DatabaseLoad:
    """Return what one node sends to its database.

    Args:
        settings: of a node that recon builds.
        accounts: how many it trades, which are those of its execution clients.
    """
    renewed = RENEWALS / settings.node.lease_secs * (1 + accounts) if settings.node.lease else 0.0
    told = 1 / TOLD_EVERY_SECS if settings.monitor.enabled and settings.monitor.publish else 0.0
    probed, kept = 1 / PROBED_EVERY_SECS, 1 / KEPT_EVERY_SECS
    return DatabaseLoad(
        commands_per_sec=probed + kept * _KEPT_COMMANDS + renewed * _RENEWAL_COMMANDS + told,
        bytes_per_sec=probed * _PROBE_BYTES + kept * _KEPT_BYTES + renewed * _RENEWAL_BYTES + told * _TOLD_BYTES,
    )
