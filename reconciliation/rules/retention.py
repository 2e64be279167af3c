"""Rules about what is remembered: purges and how far startup looks back."""

from typing import Final

from reconciliation.rules.figures import number, several
from reconciliation.rules.finding import Violation, rule
from reconciliation.rules.subject import Subject

_PURGES: Final = {
    "closed orders": ("purge_closed_orders_interval_mins", "purge_closed_orders_buffer_mins", 60),
    "closed positions": ("purge_closed_positions_interval_mins", "purge_closed_positions_buffer_mins", 60),
    "account events": ("purge_account_events_interval_mins", "purge_account_events_lookback_mins", 1_440),
}
_INTERVALS: Final = tuple(f"reconciliation.{interval}" for interval, _, _ in _PURGES.values())


@rule(
    "E11",
    *(f"reconciliation.{name}" for names in _PURGES.values() for name in names[:2]),
    proof="run",
    why="Without a buffer everything closed is dropped at once, and a fill reported late is booked a second time on an"
    " order nobody knows.",
    cure="a buffer with every purge interval",
    repair=False,
)
def purges_have_a_buffer(s: Subject) -> Violation | None:
    """What is purged was closed for a while."""
    r = s.reconciliation
    bare = {
        what: names for what, names in _PURGES.items() if getattr(r, names[0]) is not None and not getattr(r, names[1])
    }
    if not bare:
        return None
    return Violation(
        several(
            [
                f"{what} are dropped every {number(getattr(r, names[0]))} min, however new"
                for what, names in bare.items()
            ]
        ),
        change={f"reconciliation.{buffer}": mins for _, buffer, mins in bare.values()},
        keys=tuple(f"reconciliation.{name}" for names in bare.values() for name in names[:2]),
    )


@rule(
    "E12",
    "reconciliation.purge_from_database",
    "reconciliation.enabled",
    *_INTERVALS,
    proof="run",
    why="What recovery needs is deleted: the next boot finds the order at the venue, books it as EXTERNAL, and books an"
    " opposite one to make the position fit.",
    cure="purge_from_database = false",
)
def purges_leave_the_database(s: Subject) -> Violation | None:
    """A purge leaves the database alone."""
    r = s.reconciliation
    if not r.purge_from_database or not r.enabled or s.no_database:
        return None
    timers = [what for what, names in _PURGES.items() if getattr(r, names[0]) is not None]
    figure = f"{several(timers)} are purged from the database too" if timers else "every purge reaches the database"
    return Violation(
        figure,
        change={"reconciliation.purge_from_database": False},
        keys=("reconciliation.purge_from_database",),
    )


@rule(
    "E24",
    "reconciliation.lookback_mins",
    "reconciliation.enabled",
    "venue.name",
    proof="read",
    why="The venue tells what came right after so long ago, and nothing of today: trades are missing, and the engine"
    " makes up orders that explain the positions.",
    cure="a lookback_mins that the venue's client can ask for, or none",
)
def lookback_reaches_today(s: Subject) -> Violation | None:
    """What startup asks for reaches today."""
    r = s.reconciliation
    short = {
        client.venue: client.stock.longest_lookback_mins
        for client in s.clients
        if client.stock is not None and client.stock.longest_lookback_mins is not None
    }
    if not r.enabled or not r.lookback_mins or not short or r.lookback_mins <= min(short.values()):
        return None
    return Violation(
        f"startup looks back {number(r.lookback_mins)} min; the client of {several(sorted(short))} sees nothing new"
        f" beyond {number(min(short.values()))} min",
        change={"reconciliation.lookback_mins": min(short.values())},
        keys=("reconciliation.lookback_mins",),
    )


@rule(
    "W28",
    "reconciliation.lookback_mins",
    "reconciliation.enabled",
    proof="read",
    why="What is older than the lookback is booked as one synthetic opening fill, and the real trade ids are lost.",
    cure="a database for the cache, or lookback_mins = none",
    held="recon always gives the cache a database",
)
def lookback_has_a_database(s: Subject) -> Violation | None:
    """A lookback at startup has a database behind it."""
    r = s.reconciliation
    if not r.lookback_mins or not r.enabled or not s.no_database:
        return None
    return Violation(
        f"startup looks back {number(r.lookback_mins)} min, and nothing older is kept anywhere",
        "or give the cache a database",
        change={"reconciliation.lookback_mins": None},
        keys=("reconciliation.lookback_mins",),
    )


@rule(
    "W29",
    "reconciliation.purge_closed_positions_interval_mins",
    proof="run",
    why="Realized PnL is computed from the positions in memory: after a purge the same trading shows another PnL.",
    cure="purge_closed_positions_interval_mins = none",
    repair=False,
)
def closed_positions_are_kept(s: Subject) -> Violation | None:
    """Closed positions are kept in memory."""
    key = "reconciliation.purge_closed_positions_interval_mins"
    interval = s.reconciliation.purge_closed_positions_interval_mins
    if interval is None:
        return None
    return Violation(f"closed positions are dropped every {number(interval)} min", change={key: None})
