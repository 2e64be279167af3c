"""Rules about orders that the node did not place: filters and claims."""

from collections import Counter
from collections.abc import Iterator

from reconciliation.identifiers import instrument_id
from reconciliation.rules.figures import counted, duration, several
from reconciliation.rules.finding import Violation, rule
from reconciliation.rules.subject import Subject

_FILTER = "reconciliation.filter_unclaimed_external_orders"


@rule(
    "E08",
    "reconciliation.filtered_client_order_ids",
    "reconciliation.open_check_interval_secs",
    proof="run",
    why="The filter works at startup only: the first open check brings the order back as EXTERNAL.",
    cure="no open check where client order ids are filtered",
)
def filtered_orders_stay_out(s: Subject) -> Violation | None:
    """What startup leaves alone, the open check leaves alone."""
    r = s.checks
    if not r.filtered_client_order_ids or r.open_check_interval_secs is None:
        return None
    count = len(r.filtered_client_order_ids)
    return Violation(
        f"{counted(count, 'client order id')} filtered, and open orders are checked every"
        f" {duration(r.open_check_interval_secs)}",
        f"or {s.put('reconciliation.open_check_interval_secs', None)}, with which nothing repairs what the stream lost",
        change={"reconciliation.filtered_client_order_ids": ()},
    )


@rule(
    "E19",
    "claims",
    "reconciliation.instrument_ids",
    proof="run",
    why="Two owners stop the start half-way, and a claim on an instrument that is not reconciled is passed over in"
    " silence while reconciliation reports success.",
    cure="every instrument claimed once, by a valid id, and among instrument_ids where those are given",
)
def claims_can_be_honoured(s: Subject) -> Violation | None:
    """Each claim has one owner and an instrument that is reconciled."""
    faults = [*_shared(s), *_unusable(s)]
    if not faults:
        return None
    return Violation("; ".join(faults), "claim each instrument once, by the id under which it is loaded and reconciled")


def _shared(s: Subject) -> Iterator[str]:
    """Tell what is claimed more than once."""
    owners: dict[str, Counter[str]] = {}
    for strategy, instruments in s.claims.items():
        for instrument in instruments:
            owners.setdefault(instrument, Counter())[strategy] += 1
    for instrument, claimed in owners.items():
        if len(claimed) > 1:
            yield f"{instrument} is claimed by {several(sorted(claimed))}"
        elif claimed.total() > 1:
            yield f"{instrument} is claimed twice by {next(iter(claimed))}"


def _unusable(s: Subject) -> Iterator[str]:
    """Tell what no instrument can answer to, and what is not reconciled."""
    wanted = s.reconciliation.instrument_ids
    for strategy, instruments in s.claims.items():
        for instrument in instruments:
            try:
                instrument_id(instrument)
            except ValueError as error:
                yield f"{strategy} claims what is no instrument: {error}"
                continue
            if wanted and instrument not in wanted:
                yield f"{strategy} claims {instrument}, which is not among {s.name('reconciliation.instrument_ids')}"


@rule(
    "W26",
    _FILTER,
    "reconciliation.generate_missing_orders",
    "reconciliation.enabled",
    proof="run",
    why="The order is dropped and its exposure comes back all the same, as a synthetic order that no strategy owns.",
    cure="claims instead of the filter, or generate_missing_orders = false on a netting account",
)
def exposure_is_not_booked_without_orders(s: Subject) -> Violation | None:
    """External orders are not dropped while their exposure is booked."""
    r = s.reconciliation
    if not r.filter_unclaimed_external_orders or not r.generate_missing_orders or not r.enabled:
        return None
    return Violation(
        "external orders that no strategy claims are dropped, and missing orders are generated",
        "and claim what a strategy should own",
        change={_FILTER: False},
        keys=(_FILTER, "reconciliation.generate_missing_orders"),
    )


@rule(
    "W27",
    _FILTER,
    "reconciliation.enabled",
    "claims",
    proof="read",
    why="After a restart without a database the node does not know its own orders: they are external, and dropped.",
    cure="a database for the cache, or claims",
    held="recon always gives the cache a database",
)
def own_orders_are_known(s: Subject) -> Violation | None:
    """The node can tell its own orders from external ones."""
    r = s.reconciliation
    nothing_owned = s.no_database and s.sees_strategies and not s.claims
    if not r.filter_unclaimed_external_orders or not r.enabled or not nothing_owned:
        return None
    return Violation(
        "external orders are dropped; there is no database, and no claim",
        "or give the cache a database",
        change={_FILTER: False},
        keys=(_FILTER,),
    )
