"""Watching a running engine: what its checks, its fills and its orders do, told by hooks around its own methods.

Installed after the guards, in every node that trades: the gate goes by what is seen here, served or not. What a
startup reconciliation brings in, which may be thousands, is told by its report as a whole; only external orders that
are open then are told one by one.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, Final

from nautilus_trader.execution.reports import FillReport, OrderStatusReport
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.model.events import OrderEvent, OrderFilled, OrderSubmitted
from nautilus_trader.model.identifiers import ClientOrderId
from nautilus_trader.model.orders import Order

from reconciliation.engine.counts import Absence, Counts
from reconciliation.engine.lifecycle import (
    AbsenceHeld,
    Check,
    CheckEnded,
    Event,
    ExternalOrderSeen,
    FillBrought,
    FillToldTwice,
    Lifecycle,
    QueryFailed,
    Started,
    Verified,
)
from reconciliation.engine.v1.adapters.stock.client import StockClient
from reconciliation.engine.v1.reasons import reason_of

NS: Final = 1_000_000_000
_CHECKS: Final[dict[Check, str]] = {
    "inflight": "_check_inflight_orders",
    "open_orders": "_check_orders_consistency",
    "positions": "_check_positions_consistency",
}
_QUERIES: Final = (
    "generate_order_status_report",
    "generate_order_status_reports",
    "generate_position_status_reports",
    "generate_fill_reports",
)


class Watch:
    """Watches one engine.

    Args:
        engine: of a built node that has not run yet; its guards are installed.
        clients: what recon asks of its execution clients.
        lifecycle: told of what is seen.
        behind: how many orders are being brought up to date.
    """

    def __init__(
        self,
        engine: LiveExecutionEngine,
        clients: list[StockClient],
        lifecycle: Lifecycle,
        behind: Callable[[], int],
    ) -> None:
        self._engine = engine
        self._lifecycle = lifecycle
        self._behind = behind
        # Orders of earlier lives that nobody submitted; the cache is loaded by now.
        self._external = {order.client_order_id for order in engine._cache.orders() if not _is_submitted(order)}
        self._held: dict[Absence, tuple[float, int]] = {}
        self._run = 0
        self._running: dict[int, list[str]] = {}
        """Why queries failed, by the run of a check; of all that run then, should some overlap."""
        self._is_told = False
        self._has_begun = False
        self._alive = 0.0
        for check, name in _CHECKS.items():
            setattr(engine, name, self._timed(check, getattr(engine, name)))
        self._clients = clients
        for client in clients:
            for name in _QUERIES:
                setattr(client.engine_client, name, self._asked(getattr(client.engine_client, name)))
        self._book: Callable[..., Any] = engine._reconcile_fill_report
        engine._reconcile_fill_report = self._book_told
        self._handle: Callable[[OrderEvent], None] = engine._handle_event_with_tracking
        engine._handle_event_with_tracking = self._handle_and_tell
        self._generate: Callable[..., Order | None] = engine._generate_order
        engine._generate_order = self._generate_and_tell
        lifecycle.observe(self._hear)

    @property
    def _now(self) -> float:
        return float(self._engine._clock.timestamp_ns() / NS)

    # -- Checks --------------------------------------------------------------------------------------

    def _timed(self, check: Check, run: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        async def timed() -> None:
            begun = self._alive = self._now
            self._run = number = self._run + 1
            failures = self._running[number] = []
            try:
                await run()
            except Exception as error:
                failures.append(reason_of(error))
                raise
            finally:
                del self._running[number]
                self._let_go(check, number)
                self._alive = self._now
                self._lifecycle.emit(CheckEnded(check, self._now - begun, "; ".join(dict.fromkeys(failures))))

        return timed

    def _asked(self, ask: Callable[[Any], Awaitable[Any]]) -> Callable[[Any], Awaitable[Any]]:
        """Note that a query of a check came to its end, and why it failed; the engine keeps that to its log."""

        async def asked(command: Any) -> Any:
            try:
                return await ask(command)
            except Exception as error:
                self._note_failure(reason_of(error))
                raise
            finally:
                if self._running:
                    self._alive = self._now

        return asked

    def _hear(self, event: Event) -> None:
        if isinstance(event, AbsenceHeld):
            absence = Absence(event.kind, event.key)
            since, _ = self._held.get(absence, (self._now, 0))
            self._held[absence] = (since, self._run)
        elif isinstance(event, Verified | Started):
            self._has_begun = True
        elif isinstance(event, QueryFailed):
            self._note_failure(event.reason)

    def _note_failure(self, reason: str) -> None:
        for failures in self._running.values():
            failures.append(reason)

    def _let_go(self, check: Check, number: int) -> None:
        """Forget what the check that has just run does not hold any more, and now and then what was purged."""
        if len(self._external) > len(self._engine._cache.client_order_ids()):
            self._external &= self._engine._cache.client_order_ids()
        for absence, (_, told) in tuple(self._held.items()):
            if absence.kind == "position":
                is_over = check == "positions" and told < number
            else:
                order = self._engine._cache.order(ClientOrderId(absence.key))
                is_missing = ClientOrderId(absence.key) in self._engine._recon_check_retries
                is_over = order is None or order.is_closed or (told < number and not is_missing)
            if is_over:
                del self._held[absence]

    # -- Fills and orders ----------------------------------------------------------------------------

    def _book_told(self, order: Order, report: FillReport, instrument: Any) -> Any:
        self._is_told = True
        try:
            return self._book(order, report, instrument)
        finally:
            self._is_told = False

    def _handle_and_tell(self, event: OrderEvent) -> None:
        if isinstance(event, OrderFilled):
            self._tell(event)
        self._handle(event)

    def _tell(self, fill: OrderFilled) -> None:
        order = self._engine._cache.order(fill.client_order_id)
        names = fill.client_order_id.value, fill.trade_id.value
        if order is not None and fill.trade_id in order.trade_ids:
            self._lifecycle.emit(FillToldTwice(*names))
        elif fill.reconciliation and self._has_begun:
            self._lifecycle.emit(FillBrought("venue" if self._is_told else "inferred", *names))

    def _generate_and_tell(self, report: OrderStatusReport, is_external: bool = True) -> Order | None:  # noqa: FBT001, FBT002
        order = self._generate(report, is_external)
        if order is not None:
            self._external.add(order.client_order_id)
        if order is not None and (self._has_begun or report.is_open):
            names = order.client_order_id.value, str(order.instrument_id), str(order.strategy_id)
            self._lifecycle.emit(ExternalOrderSeen(*names))
        return order

    # -- Counts --------------------------------------------------------------------------------------

    def counts(self) -> Counts:
        """Count what there is now."""
        cache = self._engine._cache
        open_orders: set[ClientOrderId] = cache.client_order_ids_open()
        inflight: list[Order] = cache.orders_inflight()
        return Counts(
            open_orders=len(open_orders),
            inflight_orders=len(inflight),
            oldest_inflight=min((order.last_event.ts_init for order in inflight), default=0) / NS,
            external_orders=len(open_orders & self._external),
            used_weight=max((client.used_weight for client in self._clients), default=0),
            unsettled={
                "order_behind": self._behind(),
                "order_missing": sum(count > 0 for count in self._engine._recon_check_retries.values()),
                "position": sum(count > 0 for count in self._engine._position_recon_retries.values()),
            },
            held_absent={absence: since for absence, (since, _) in self._held.items()},
            positions=self._positions(),
            checks_alive=self._alive,
        )

    def _positions(self) -> dict[tuple[str, str], Decimal]:
        amounts: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for position in self._engine._cache.positions_open():
            amounts[str(position.account_id), str(position.instrument_id)] += position.signed_decimal_qty()
        return {key: amount for key, amount in amounts.items() if amount}


def _is_submitted(order: Order) -> bool:
    return any(isinstance(event, OrderSubmitted) for event in order.events)
