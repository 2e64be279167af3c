"""A local venue that speaks the Binance USD-M futures wire and the Bybit v5 one, for drills and tests.

It listens on this machine alone, holds one account in one-way mode, and is steered through a control API. What wires
share stands here: the ledger, the user stream, faults and control. Each wire has a room of its own.
`run_venue` runs it as a process, `serve` inside an event loop, `LocalVenue` inside a program.
"""

from reconciliation.venue.errors import DataDirUnusable, NotLoopback, PortUnusable, VenueError
from reconciliation.venue.server import LocalVenue, run_venue, serve

__all__ = [
    "DataDirUnusable",
    "LocalVenue",
    "NotLoopback",
    "PortUnusable",
    "VenueError",
    "run_venue",
    "serve",
]
