"""A local venue that speaks the Binance USD-M futures wire, for drills and tests.

It listens on this machine alone, holds one account in one-way mode, and is steered through a control API.
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
