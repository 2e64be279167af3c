"""Guards for orders: one is called dead only when the venue answered that it does not know it, at any venue.

The engine counts a query as an answer. Whatever fails, an in-flight order is rejected after `inflight_check_retries`
queries, and an open order after `open_check_missing_retries` checks in which it was missing, because a failed bulk
query reads as an empty one and a failed targeted query falls through to REJECTED. Both count on one counter. All
measured with 1.231.0.
"""

import asyncio
from typing import Final

from msgspec import Struct
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import GenerateOrderStatusReport, GenerateOrderStatusReports
from nautilus_trader.execution.reports import OrderStatusReport
from nautilus_trader.live.execution_client import LiveExecutionClient
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.model.identifiers import ClientId, ClientOrderId
from nautilus_trader.model.orders import Order

from reconciliation.engine.lifecycle import AbsenceHeld, Lifecycle, OrderResolved, QueryFailed
from reconciliation.engine.v1.adapters.stock.client import StockClient
from reconciliation.engine.v1.queries.absence import canceled_report
from reconciliation.engine.v1.reasons import reason_of

GUARDS: Final = frozenset({"bulk_queries", "answered_absence", "own_counters"})
"""The names of the guards that are here."""


class Absence(Struct):
    """The venue did not know an order when it was last asked, nor at any time since.

    Attributes:
        last_event: the order's last event then; after another one the absence says nothing any more.
        since: loop time of the first such answer.
        until: loop time of the last one.
    """

    last_event: str
    since: float
    until: float


class OrderGuard:
    """Wraps the engine's order checks and its clients' order queries, as far as the named guards need them.

    Args:
        engine: the engine whose checks are wrapped.
        clients: its clients, whose order queries are watched.
        guards: the names of the guards to install.
        tolerated_secs: how long a client that cannot tell an answer from a failure must go on not knowing an order.
        lifecycle: told of queries that failed, absences that are not believed yet, and orders that were closed.
    """

    def __init__(
        self,
        engine: LiveExecutionEngine,
        clients: list[StockClient],
        guards: frozenset[str],
        tolerated_secs: float,
        lifecycle: Lifecycle,
    ) -> None:
        self._engine = engine
        self._clients = clients
        self._tolerated_secs = tolerated_secs
        self._lifecycle = lifecycle
        self._absences: dict[ClientOrderId, Absence] = {}
        self._unanswered: set[ClientId] = set()
        self._hung: set[ClientId] = set()
        self._skips_unanswered = "bulk_queries" in guards
        self._spares_inflight = "own_counters" in guards
        confirms = "answered_absence" in guards
        if guards & GUARDS:
            self._handle_missing = engine._handle_missing_orders_at_venue
            engine._handle_missing_orders_at_venue = self._handle_answered_missing
        for client in clients:
            if confirms:
                self._watch_single_queries(client.engine_client)
            if confirms or self._skips_unanswered:
                self._watch_bulk_queries(client.engine_client)
        if confirms:
            self._resolve_inflight = engine._resolve_inflight_order
            self._resolve_open = engine._resolve_order_not_found_at_venue
            engine._resolve_inflight_order = self._resolve_absent_inflight
            engine._resolve_order_not_found_at_venue = self._resolve_absent_open

    # -- What was answered -------------------------------------------------------------------------

    def _watch_single_queries(self, client: LiveExecutionClient) -> None:
        ask = client.generate_order_status_report

        async def generate_order_status_report(command: GenerateOrderStatusReport) -> OrderStatusReport | None:
            asked_as = self._last_event(command.client_order_id)
            try:
                report = await ask(command)
            except BaseException as error:
                self._absences.pop(command.client_order_id, None)
                self._emit_failure(client, f"order {command.client_order_id}", error)
                raise
            if report is not None or asked_as is None or asked_as != self._last_event(command.client_order_id):
                self._absences.pop(command.client_order_id, None)
            else:
                self._note_absence(command.client_order_id, asked_as)
            return report

        client.generate_order_status_report = generate_order_status_report

    def _watch_bulk_queries(self, client: LiveExecutionClient) -> None:
        ask = client.generate_order_status_reports

        async def generate_order_status_reports(command: GenerateOrderStatusReports) -> list[OrderStatusReport]:
            self._unanswered.add(client.id)
            try:
                reports: list[OrderStatusReport] = await ask(command)
            except Exception as error:
                self._emit_failure(client, "orders", error)
                raise
            self._unanswered.discard(client.id)
            for report in reports:
                self._absences.pop(report.client_order_id, None)
            return reports

        client.generate_order_status_reports = generate_order_status_reports

    def _emit_failure(self, client: LiveExecutionClient, query: str, error: BaseException) -> None:
        if isinstance(error, Exception):  # a task that is cancelled was not refused an answer
            self._lifecycle.emit(QueryFailed(str(client.id), query, reason_of(error)))

    def _last_event(self, client_order_id: ClientOrderId | None) -> str | None:
        """Return what identifies an order's state; None for one that is unknown here or closed."""
        order = None if client_order_id is None else self._engine._cache.order(client_order_id)
        return None if order is None or order.is_closed else str(order.last_event.id)

    def _note_absence(self, client_order_id: ClientOrderId, last_event: str) -> None:
        now = asyncio.get_running_loop().time()
        known = self._absences.get(client_order_id)
        if known is not None and known.last_event == last_event:
            known.until = now
            return
        current = {name: absence for name, absence in self._absences.items() if self._last_event(name)}
        self._absences = current | {client_order_id: Absence(last_event, now, now)}

    def _is_absent(self, order: Order, client: StockClient) -> bool:
        """Whether the venue answered that it does not know an order as it is now."""
        absence = self._absences.get(order.client_order_id)
        if absence is None or absence.last_event != str(order.last_event.id):
            return False
        if client.answers_absence:
            return True
        return absence.until - absence.since >= self._tolerated_secs

    def _client_of(self, order: Order) -> StockClient | None:
        """Return the client that an order belongs to.

        One that came in from outside belongs to none by name, and a broker's client has another venue than its
        instruments.
        """
        client_id = self._engine._cache.client_id(order.client_order_id)
        if order.account_id is not None and client_id is None:
            found = [client for client in self._clients if client.engine_client.account_id == order.account_id]
        elif client_id is None:
            found = [client for client in self._clients if client.engine_client.venue == order.instrument_id.venue]
        else:
            found = [client for client in self._clients if client.engine_client.id == client_id]
        alone = self._clients if len(self._clients) == 1 else []
        return next(iter(found or alone), None)

    # -- The engine's steps ------------------------------------------------------------------------

    async def _handle_answered_missing(
        self, open_order_ids: set[ClientOrderId], venue_reported_ids: set[ClientOrderId]
    ) -> None:
        self._hung.clear()
        judged = {client_order_id for client_order_id in open_order_ids if self._may_judge(client_order_id)}
        await self._handle_missing(judged, venue_reported_ids)

    def _may_judge(self, client_order_id: ClientOrderId) -> bool:
        """Whether an order missing in the bulk answer says anything."""
        order = self._engine._cache.order(client_order_id)
        if order is None:
            return True
        if self._spares_inflight and order.is_inflight and self._engine.inflight_check_interval_ms > 0:
            return False
        client = self._client_of(order)
        return not self._skips_unanswered or (client is not None and client.engine_client.id not in self._unanswered)

    def _resolve_absent_inflight(self, order: Order) -> None:
        client = self._client_of(order)
        if client is not None and self._is_absent(order, client):
            if order.account_id is None:
                self._close(order, client)
            else:
                self._resolve_inflight(order)
            self._resolved(order)
            return
        reason = f"it stays {order.status_string()}: no answer says that the venue does not know it"
        self._hold(order, reason)
        # One below the limit: the next check asks again.
        self._engine._recon_check_retries[order.client_order_id] = self._engine.inflight_check_max_retries - 1

    async def _resolve_absent_open(self, order: Order) -> None:
        client = self._client_of(order)
        if client is None or client.engine_client.id in self._hung:
            return  # asked for in another cycle
        try:
            report = await client.engine_client.generate_order_status_report(self._query_of(order))
        except Exception as error:  # noqa: BLE001 - an adapter may raise anything
            # One hung question a cycle is enough: the others wait for the next, and the other checks get their turn.
            self._hung.add(client.engine_client.id)
            self._hold(order, f"it stays {order.status_string()}: {reason_of(error)}")
            return
        if report is not None:
            self._engine._reconcile_order_report(report, trades=[])
        elif self._is_absent(order, client):
            if order.account_id is None:
                self._close(order, client)
            else:
                await self._resolve_open(order)
            self._resolved(order)
        else:
            self._hold(order, f"it stays {order.status_string()}: the venue's silence has not lasted")

    def _hold(self, order: Order, reason: str) -> None:
        self._engine._log.warning(f"{order.client_order_id!r}: {reason}")
        self._lifecycle.emit(AbsenceHeld("order", order.client_order_id.value, reason))

    def _resolved(self, order: Order) -> None:
        self._absences.pop(order.client_order_id, None)
        self._lifecycle.emit(OrderResolved(order.client_order_id.value, order.status_string()))

    def _close(self, order: Order, client: StockClient) -> None:
        """Cancel an order that came in from outside; it names no account, and the engine's own events want one."""
        now = self._engine._clock.timestamp_ns()
        self._engine._reconcile_order_report(canceled_report(order, client.engine_client.account_id, now), trades=[])

    def _query_of(self, order: Order) -> GenerateOrderStatusReport:
        return GenerateOrderStatusReport(
            instrument_id=order.instrument_id,
            client_order_id=order.client_order_id,
            venue_order_id=order.venue_order_id,
            command_id=UUID4(),
            ts_init=self._engine._clock.timestamp_ns(),
        )
