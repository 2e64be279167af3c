"""The guard for histories that a kill tore apart: orders and positions are brought together before reconciliation.

The engine writes a fill to its order's history and then to its position's, each by a command of its own. A process that
is killed in between leaves an order that holds the fill and a position that does not (or, where the database was away
meanwhile, the other way round). Nothing at startup brings the two together, the venue differs from the position for
ever, and the node never starts again. Measured with 1.231.0.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct
from nautilus_trader.execution.reports import ExecutionMassStatus, FillReport, OrderStatusReport, PositionStatusReport
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.model.events import OrderFilled
from nautilus_trader.model.identifiers import AccountId, InstrumentId, PositionId
from nautilus_trader.model.position import Position

from reconciliation.engine.lifecycle import Event, HistoryMended, HistoryTorn, Lifecycle, Verified
from reconciliation.engine.v1.guards.lives import current_life, in_order, net, signed

_WAY_BACK: Final = (
    "if venue and node differ for good, start once with RECON_CACHE_LOAD_CACHE=false or remove the trader's keys,"
    " which has the venue's history brought in anew"
)

Fills = Mapping[PositionId, list[OrderFilled]]
Reported = dict[tuple[InstrumentId, AccountId], PositionStatusReport]


class Mend(Struct, frozen=True):
    """What a position holds, and what its orders say that it should.

    Attributes:
        position_id: of the position.
        held: what it holds now, signed.
        tail: the fills that came after its last one.
        life: all fills of its current life, as far as any order or the position itself knows them.
        lacking: those of them that it does not hold.
        net: what all fills of all its lives add up to.
    """

    position_id: PositionId
    held: Decimal
    tail: tuple[OrderFilled, ...]
    life: tuple[OrderFilled, ...]
    lacking: tuple[OrderFilled, ...]
    net: Decimal


class HistoryMender:
    """Brings what the cache loaded together.

    Orders get the fills that only their position holds before the venue is asked for anything. A position gets what
    only its orders hold once the venue told what it has, which decides between what may be missing: the fills after
    its last one, or one in the middle, so that its life is put together anew.

    Args:
        engine: the engine whose startup reconciliation is wrapped.
        lifecycle: told of what was mended, and of what could not be.
    """

    def __init__(self, engine: LiveExecutionEngine, lifecycle: Lifecycle) -> None:
        self._engine = engine
        self._lifecycle = lifecycle
        self._are_orders_mended = self._has_started = False
        self._torn: set[HistoryTorn] = set()
        lifecycle.observe(self._note_start)
        self._reconcile: Callable[..., Awaitable[bool]] = engine.reconcile_execution_state
        engine.reconcile_execution_state = self._mended_and_reconciled
        self._adjust: Callable[[ExecutionMassStatus], None] = engine._adjust_mass_status_fills
        engine._adjust_mass_status_fills = self._adjust_and_mend
        self._generate_order: Callable[..., Any] = engine._generate_order
        engine._generate_order = self._generate_unknown
        self._reported: Reported = {}
        self._query: Callable[[], Awaitable[tuple[Reported, Any]]] = engine._query_position_status_reports
        engine._query_position_status_reports = self._query_and_keep
        self._find: Callable[..., Awaitable[tuple[list[FillReport], bool]]] = engine._query_and_find_missing_fills
        engine._query_and_find_missing_fills = self._find_and_mend

    def _note_start(self, event: Event) -> None:
        self._has_started = self._has_started or isinstance(event, Verified)

    async def _mended_and_reconciled(self, timeout_secs: float = 10.0) -> bool:
        if not self._are_orders_mended:
            self._are_orders_mended = True
            self._mend_orders()
        return await self._reconcile(timeout_secs=timeout_secs)

    def _generate_unknown(self, report: OrderStatusReport, is_external: bool = True) -> Any:  # noqa: FBT001, FBT002
        """Make an order that is unknown here; an index that still names it would refuse it, and is cleared.

        A server that was restarted without its data gets indexes of orders whose histories it does not have.
        """
        cache, client_order_id = self._engine._cache, report.client_order_id
        if cache.order(client_order_id) is None and cache.position_id(client_order_id) is not None:
            cache.purge_order(client_order_id)
        return self._generate_order(report, is_external)

    def _mend_orders(self) -> None:
        """Give orders the fills that only their position holds."""
        cache = self._engine._cache
        for position in cache.positions():
            for fill in position.events:
                order = cache.order(fill.client_order_id)
                if (
                    order is None
                    or fill.trade_id in order.trade_ids
                    or order.filled_qty + fill.last_qty > order.quantity
                ):
                    continue
                order.apply(fill)
                cache.update_order(order)
                self._lifecycle.emit(HistoryMended("order", order.client_order_id.value, (fill.trade_id.value,)))

    # -- Positions -----------------------------------------------------------------------------------

    def _adjust_and_mend(self, status: ExecutionMassStatus) -> None:
        self._adjust(status)  # what is left of it is what gets booked
        if not self._has_started:
            fills, news = self._fills(status.account_id), self._news(status)
            for instrument_id in sorted({told[0].instrument_id for told in fills.values()}, key=str):
                of_it = {key: told for key, told in fills.items() if told[0].instrument_id == instrument_id}
                # For the venue's positions to come of them once its news are booked.
                held = (report.signed_decimal_qty for report in status._position_reports.get(instrument_id, ()))
                self._mend_positions(of_it, sum(held, -news[instrument_id]))

    async def _query_and_keep(self) -> tuple[Reported, Any]:
        self._reported, failed = await self._query()
        return self._reported, failed

    async def _find_and_mend(self, instrument_id: InstrumentId, clients: Any) -> tuple[list[FillReport], bool]:
        """Look for the trades that explain why a position differs; where there are none, orders may hold them.

        A start that was told of no position had nothing to confirm what it could have mended.
        """
        found, had_errors = await self._find(instrument_id, clients)
        if not found and not had_errors:
            held = self._engine._cache.positions(instrument_id=instrument_id)
            accounts = {account_id for told, account_id in self._reported if told == instrument_id}
            for account_id in sorted(accounts | {position.account_id for position in held}, key=str):
                report = self._reported.get((instrument_id, account_id))
                fills = self._fills(account_id)
                of_it = {key: told for key, told in fills.items() if told[0].instrument_id == instrument_id}
                self._mend_positions(of_it, Decimal(0) if report is None else report.signed_decimal_qty)
        return found, had_errors

    def _fills(self, account_id: AccountId) -> Fills:
        """Return what the orders and positions of an account hold, by position."""
        cache = self._engine._cache
        fills: dict[PositionId, dict[tuple[Any, Any], OrderFilled]] = {}
        owners = [*cache.orders(), *cache.positions()]  # an order knows of a fill that turned a position all of it
        for event in (event for owner in owners for event in owner.events if isinstance(event, OrderFilled)):
            # The event's own account: an order that came in from outside names none.
            if event.position_id is not None and event.account_id == account_id:
                of_position = fills.setdefault(event.position_id, {})
                of_position.setdefault((event.client_order_id, event.trade_id), event)
        return {key: in_order(told.values()) for key, told in fills.items()}

    def _news(self, status: ExecutionMassStatus) -> Mapping[InstrumentId, Decimal]:
        """Return by instrument what the fills add up to that are told and not booked yet."""
        news: dict[InstrumentId, Decimal] = defaultdict(Decimal)
        for fill in (fill for fills in status._fill_reports.values() for fill in fills):
            name = self._engine._cache.client_order_id(fill.venue_order_id) or fill.client_order_id
            order = None if name is None else self._engine._cache.order(name)
            if order is None or fill.trade_id not in order.trade_ids:
                news[fill.instrument_id] += signed(fill)
        return news

    def _mend_positions(self, fills: Fills, wanted: Decimal) -> None:
        """Make the positions of an instrument whole: by what the venue confirms, else by what orders hold alone."""
        mends = [self._mend_of(position_id, told) for position_id, told in fills.items()]
        if sum(mend.held + net(mend.tail) for mend in mends) == wanted:
            for mend in mends:
                self._continue(mend)
        elif sum(net(mend.life) for mend in mends) == wanted:
            for mend in mends:
                self._put_together(mend)
        elif sum(mend.held for mend in mends) != wanted:
            for mend in mends:
                if mend.held + net(mend.tail) == mend.net:
                    self._continue(mend)
                elif mend.lacking:
                    self._tell_torn(mend)

    def _mend_of(self, position_id: PositionId, fills: Sequence[OrderFilled]) -> Mend:
        position = self._engine._cache.position(position_id)
        if position is None:
            life = tuple(current_life(fills))
            return Mend(position_id, Decimal(0), life, life, (), net(fills))
        known = {fill.trade_id for fill in position.events}
        last = max((index for index, fill in enumerate(fills) if fill.trade_id in known), default=-1)
        life = tuple(current_life(fills))
        lacking = tuple(fill for fill in life if fill.trade_id not in known)
        held = position.signed_decimal_qty()
        return Mend(position_id, held, tuple(fills[last + 1 :]), life, lacking, net(fills))

    def _continue(self, mend: Mend) -> None:
        """Give a position the fills that came after its last one."""
        for fill in mend.tail:
            order = self._engine._cache.order(fill.client_order_id)
            self._engine._handle_order_fill(order, fill, self._engine._determine_oms_type(fill))
        self._tell_mended(mend, mend.tail)

    def _put_together(self, mend: Mend) -> None:
        """Make a position anew from all fills of its current life; what it was before is of no matter to the venue."""
        if mend.held == net(mend.life):
            return
        cache, first = self._engine._cache, mend.life[0]
        position = Position(cache.instrument(first.instrument_id), first)
        cache.add_position(position, self._engine._determine_oms_type(first))
        for fill in mend.life[1:]:
            position.apply(fill)
            cache.update_position(position)
        self._tell_mended(mend, mend.lacking)

    def _tell_mended(self, mend: Mend, fills: Sequence[OrderFilled]) -> None:
        if fills:
            trades = tuple(fill.trade_id.value for fill in fills)
            self._lifecycle.emit(HistoryMended("position", mend.position_id.value, trades))

    def _tell_torn(self, mend: Mend) -> None:
        reason = f"its orders' fills add up to {mend.net:f}, and it holds {mend.held:f}; {_WAY_BACK}"
        torn = HistoryTorn(mend.position_id.value, reason)
        if torn not in self._torn:
            self._torn.add(torn)
            self._lifecycle.emit(torn)
