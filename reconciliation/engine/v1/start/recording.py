"""What a cache holds before and after reconciliation, and what the venue told meanwhile."""

from collections import Counter
from typing import Any, Final

from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import MessageBus
from nautilus_trader.live.execution_client import LiveExecutionClient
from nautilus_trader.model.events import OrderFilled
from nautilus_trader.model.identifiers import StrategyId

from reconciliation.engine.fills import FillId, Snapshot

_EXTERNAL: Final = StrategyId("EXTERNAL")
_ORDER_EVENTS: Final = "events.order.*"


def snapshot(cache: Cache) -> Snapshot:
    """Read a cache's orders and fills."""
    orders = cache.orders()
    found = [
        (FillId(order.instrument_id.value, trade_id.value), order.client_order_id.value)
        for order in orders
        for trade_id in order.trade_ids
    ]
    return Snapshot(
        fills=Counter(fill for fill, _ in found),
        order_of=dict(found),
        open_orders={order.client_order_id.value: order.strategy_id.value for order in cache.orders_open()},
        orders=frozenset(order.client_order_id.value for order in orders),
        external_orders=sum(order.strategy_id == _EXTERNAL for order in orders),
    )


class FillRecorder:
    """Notes which fills the venue reported and which came over its stream, until it is told to stop.

    Args:
        msgbus: tells of the fills that were booked.
        clients: whose reports are noted.

    Attributes:
        reported: the fills in reports.
        streamed: the fills that came over the stream.
    """

    def __init__(self, msgbus: MessageBus, clients: list[LiveExecutionClient]) -> None:
        self.reported: set[FillId] = set()
        self.streamed: set[FillId] = set()
        self._msgbus = msgbus
        self._listening = True
        for client in clients:
            self._record_reports(client)
        msgbus.subscribe(topic=_ORDER_EVENTS, handler=self._on_order_event)

    def stop(self) -> None:
        """Note no more: what comes after the start is not asked for, and would pile up for months."""
        if self._listening:
            self._listening = False
            self._msgbus.unsubscribe(topic=_ORDER_EVENTS, handler=self._on_order_event)

    def _record_reports(self, client: LiveExecutionClient) -> None:
        generate = client.generate_fill_reports

        async def generate_fill_reports(command: Any) -> Any:
            reports = await generate(command)
            if self._listening:
                self.reported.update(FillId(str(report.instrument_id), report.trade_id.value) for report in reports)
            return reports

        client.generate_fill_reports = generate_fill_reports

    def _on_order_event(self, event: Any) -> None:
        if isinstance(event, OrderFilled) and not event.reconciliation:
            self.streamed.add(FillId(str(event.instrument_id), event.trade_id.value))
