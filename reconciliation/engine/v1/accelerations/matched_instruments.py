"""The acceleration `matched_instruments`: an instrument that the node knows already is not adjusted.

At a warm start most of what the venue tells is known: the engine drops every order that it holds in the same state. But
before it does it adjusts the history of each instrument that holds a position, drops or not. Here an instrument is left
out of that whose orders are all known as they are told, with all their trades, and whose position is the one that is
held. Where the adjustment finds that the trades of such an instrument do not explain its position it makes up an order,
at each start anew; here nothing is made up. Only without the guard `whole_history`, which does without the adjustment.
Read in `LiveExecutionEngine._adjust_mass_status_fills` and `_deduplicate_mass_status_orders` of 1.231.0.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from nautilus_trader.cache.cache import Cache
from nautilus_trader.execution.reports import ExecutionMassStatus, FillReport, OrderStatusReport, PositionStatusReport
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.model.identifiers import AccountId, InstrumentId
from nautilus_trader.model.orders import Order


def install(engine: LiveExecutionEngine) -> None:
    """Have an engine leave such instruments out."""
    adjust, cache = engine._adjust_mass_status_fills, engine._cache

    def adjusted(mass_status: ExecutionMassStatus) -> None:
        held = mass_status._position_reports
        differing = set(_differing(cache, mass_status))
        mass_status._position_reports = {
            instrument_id: positions
            for instrument_id, positions in held.items()
            if instrument_id in differing or not _agree(cache, instrument_id, positions)
        }
        try:
            adjust(mass_status)
        finally:
            mass_status._position_reports = held

    engine._adjust_mass_status_fills = adjusted


def _differing(cache: Cache, mass_status: ExecutionMassStatus) -> Iterator[InstrumentId]:
    """Yield the instruments of orders that the cache does not hold as they are told, with the trades that are told."""
    orders = mass_status._order_reports
    for key, fills in mass_status._fill_reports.items():
        if key not in orders:
            yield from (fill.instrument_id for fill in fills)
    for key, report in orders.items():
        order = cache.order(report.client_order_id) if report.client_order_id else None
        if order is None or not _is_as_told(order, report, mass_status._fill_reports.get(key, ())):
            yield report.instrument_id


def _is_as_told(order: Order, report: OrderStatusReport, fills: Iterable[FillReport]) -> bool:
    return bool(
        order.status == report.order_status
        and order.filled_qty == report.filled_qty
        and order.instrument_id == report.instrument_id
        and order.side == report.order_side
        and all(fill.trade_id in order.trade_ids for fill in fills)
    )


def _agree(cache: Cache, instrument_id: InstrumentId, told: Iterable[PositionStatusReport]) -> bool:
    """Whether the positions of an instrument add up to what is told, account by account."""
    nets: dict[AccountId, Decimal] = defaultdict(Decimal)
    for report in told:
        nets[report.account_id] += report.signed_decimal_qty
    for position in cache.positions_open(instrument_id=instrument_id):
        nets[position.account_id] -= position.signed_decimal_qty()
    return not any(nets.values())
