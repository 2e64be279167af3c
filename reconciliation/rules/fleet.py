"""What several nodes ask a venue and a database for, and how far apart they may start behind one address.

A venue's limit is of an address and of a minute of its clock, whatever account asks. Each node is taken to ask for what
one does when all is well; what strategies ask for comes on top.
"""

from math import ceil, floor
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict

from reconciliation.rules.database import DatabaseLoad
from reconciliation.rules.plan import Plan
from reconciliation.rules.startup import first_minute

_MINUTE_SECS: Final = 60.0


class Fleet(Struct, frozen=True):
    """What some nodes with the same settings ask for, in the venue's unit."""

    nodes: int
    running_per_min: float
    """What one node asks for, when all is well."""
    worst_per_min: float
    first_min: float | None
    """What a start asks for with the checks that follow it within a minute; None where starts were not counted."""
    limit_per_min: float | None
    """What one address may ask for; None where the venue is not known."""
    bears: int | None
    """How many nodes fit one address when all is well and one of them starts; None is any number, or not known. Where a
    start was not counted, it is how many fit while none starts."""
    bears_at_worst: int | None
    """How many fit even when everything is out of the ordinary."""
    addresses: int | None
    """How many addresses the nodes need when all is well; None where one node is too many, or nothing is known."""
    starts_apart_secs: float | None
    """How far apart starts on one address must be, with as many nodes as it bears or as there are; 0 is not at all.
    None where that is not known."""
    database: DatabaseLoad
    """What one node asks of the database behind its cache, and the same for all where they share one."""

    def data(self) -> dict[str, Any]:
        """Return it as plain data; `recon plan --help` documents it."""
        return asdict(self) | {"database": asdict(self.database)}


def fleet(planned: Plan, database: DatabaseLoad, *, nodes: int) -> Fleet:
    """Return what several nodes ask for.

    Args:
        planned: what the settings of one mean.
        database: what one asks of its own.
        nodes: how many there are.
    """
    cost = planned.budget
    running, worst, most = cost.idle_weight_per_min, cost.worst_weight_per_min, cost.limit_per_min
    first = first_minute(cost, planned.start, planned.first_secs(planned.periods.open_secs))
    bears = _fit(most, running, first or 0.0)
    return Fleet(
        nodes=nodes,
        running_per_min=running,
        worst_per_min=worst,
        first_min=first,
        limit_per_min=most,
        bears=bears,
        bears_at_worst=_fit(most, worst, first or 0.0),
        addresses=ceil(nodes / bears) if bears else None,
        starts_apart_secs=_apart(most, running, first, min(nodes, bears) if bears else 0),
        database=database,
    )


def _fit(most: float | None, each: float, first: float) -> int | None:
    """Return how many fit where one of them starts."""
    if most is None or not each:
        return None
    left = most - max(each, first)
    return 0 if left < 0 else 1 + floor(left / each)


def _apart(most: float | None, running: float, first: float | None, together: int) -> float | None:
    """Return how far apart so many nodes must start, each beside the others that run."""
    if most is None or first is None or not together:
        return None
    if first <= running or together * first <= most:
        return 0.0
    a_minute = floor((most - together * running) / (first - running))
    return _MINUTE_SECS / a_minute if a_minute else None
