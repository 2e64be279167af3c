"""Guards for orders: one is called dead only when the venue answered that it does not know it, at any venue.

The engine counts a query as an answer. Whatever fails, an in-flight order is rejected after `inflight_check_retries`
queries, and an open order after `open_check_missing_retries` checks in which it was missing, because a failed bulk
query reads as an empty one and a failed targeted query falls through to REJECTED. Both count on one counter. All
measured with 1.231.0.
"""

import asyncio
from dataclasses import dataclass
from typing import Literal

from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import GenerateOrderStatusReport, GenerateOrderStatusReports
from nautilus_trader.execution.reports import OrderStatusReport
from nautilus_trader.live.execution_client import LiveExecutionClient
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.model.identifiers import ClientId, ClientOrderId
from nautilus_trader.model.orders import Order

Outcome = Literal["asked", "absent", "failed"]


@dataclass(slots=True)
class Asked:
    """What the queries of one order came to since it was last seen.

    Attributes:
        outcome: of the last query.
        absent_since: loop time of the first of the answers that did not know it, in a row.
    """

    outcome: Outcome = "asked"
    absent_since: float | None = None


class OrderGuard:
    """Wraps the engine's order checks.

    Args:
        engine: the engine whose checks are wrapped.
        clients: its clients, whose order queries are watched.
        guards: the names of the guards to install.
        tolerated_secs: how long a client that cannot tell an answer from a failure must go on not knowing an order.
    """

    def __init__(
        self,
        engine: LiveExecutionEngine,
        clients: list[LiveExecutionClient],
        guards: frozenset[str],
        tolerated_secs: float,
    ) -> None:
        self._engine = engine
        self._clients = clients
        self._tolerated_secs = tolerated_secs
        self._asked: dict[ClientOrderId, Asked] = {}
        self._unanswered: set[ClientId] = set()
        self._skips_unanswered = "bulk_queries" in guards
        self._spares_inflight = "own_counters" in guards
        for client in clients:
            self._watch(client)
        if self._skips_unanswered or self._spares_inflight:
            self._handle_missing = engine._handle_missing_orders_at_venue
            engine._handle_missing_orders_at_venue = self._handle_answered_missing
        if "answered_absence" in guards:
            self._resolve_inflight = engine._resolve_inflight_order
            self._resolve_open = engine._resolve_order_not_found_at_venue
            engine._resolve_inflight_order = self._resolve_absent_inflight
            engine._resolve_order_not_found_at_venue = self._resolve_absent_open

    # -- What was answered -------------------------------------------------------------------------

    def _watch(self, client: LiveExecutionClient) -> None:
        one, many = client.generate_order_status_report, client.generate_order_status_reports

        async def generate_order_status_report(command: GenerateOrderStatusReport) -> OrderStatusReport | None:
            if command.client_order_id is None:
                return await one(command)
            asked = self._asked.setdefault(command.client_order_id, Asked())
            asked.outcome = "asked"
            try:
                report = await one(command)
            except BaseException:
                asked.outcome, asked.absent_since = "failed", None
                raise
            if report is not None:
                self._asked.pop(command.client_order_id, None)
                return report
            asked.outcome = "absent"
            asked.absent_since = asked.absent_since or asyncio.get_running_loop().time()
            return None

        async def generate_order_status_reports(command: GenerateOrderStatusReports) -> list[OrderStatusReport]:
            self._unanswered.add(client.id)
            reports: list[OrderStatusReport] = await many(command)
            self._unanswered.discard(client.id)
            seen = {report.client_order_id for report in reports}
            self._asked = {name: asked for name, asked in self._asked.items() if self._is_missing(name, seen)}
            return reports

        client.generate_order_status_report = generate_order_status_report
        client.generate_order_status_reports = generate_order_status_reports

    def _is_missing(self, client_order_id: ClientOrderId, seen: set[ClientOrderId | None]) -> bool:
        order = self._engine._cache.order(client_order_id)
        return client_order_id not in seen and order is not None and not order.is_closed

    def _is_absent(self, order: Order) -> bool:
        """Whether the venue answered that it does not know an order."""
        asked = self._asked.get(order.client_order_id)
        if asked is None or asked.outcome != "absent" or asked.absent_since is None:
            return False
        client = self._client_of(order)
        if client is None or getattr(client, "answers_absence", False):
            return True
        return asyncio.get_running_loop().time() - asked.absent_since >= self._tolerated_secs

    def _client_of(self, order: Order) -> LiveExecutionClient | None:
        client_id = self._engine._cache.client_id(order.client_order_id)
        named = [client for client in self._clients if client.id == client_id]
        # An order that came in from outside belongs to no client by name.
        return next(iter(named or [c for c in self._clients if c.venue == order.instrument_id.venue]), None)

    # -- The engine's steps ------------------------------------------------------------------------

    async def _handle_answered_missing(
        self, open_order_ids: set[ClientOrderId], venue_reported_ids: set[ClientOrderId]
    ) -> None:
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
        return not (self._skips_unanswered and client is not None and client.id in self._unanswered)

    def _resolve_absent_inflight(self, order: Order) -> None:
        if self._is_absent(order):
            self._asked.pop(order.client_order_id, None)
            self._resolve_inflight(order)
            return
        self._engine._log.warning(
            f"{order.client_order_id!r} stays {order.status_string()}: no answer says that the venue does not know it"
        )
        # One below the limit: the next check asks again.
        self._engine._recon_check_retries[order.client_order_id] = self._engine.inflight_check_max_retries - 1

    async def _resolve_absent_open(self, order: Order) -> None:
        client = self._client_of(order)
        if client is None:
            await self._resolve_open(order)
            return
        try:
            report = await client.generate_order_status_report(self._query_of(order))
        except Exception as error:  # noqa: BLE001 - an adapter may raise anything
            self._engine._log.warning(f"{order.client_order_id!r} stays {order.status_string()}: {error}")
            return
        if report is not None:
            self._engine._reconcile_order_report(report, trades=[])
        elif self._is_absent(order):
            await self._resolve_open(order)
            self._asked.pop(order.client_order_id, None)

    def _query_of(self, order: Order) -> GenerateOrderStatusReport:
        return GenerateOrderStatusReport(
            instrument_id=order.instrument_id,
            client_order_id=order.client_order_id,
            venue_order_id=order.venue_order_id,
            command_id=UUID4(),
            ts_init=self._engine._clock.timestamp_ns(),
        )
