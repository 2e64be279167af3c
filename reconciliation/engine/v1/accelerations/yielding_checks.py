"""The acceleration `yielding_checks`: whoever waits for the loop has a turn while a check goes through its answers.

Upstream reads all reports of a check in one stretch, and then compares and takes over all of them in another. With
2,000 open orders the loop was blocked for 34 and 15 ms of processor time, and for 0.4 s by a check that saw all of them
for the first time. Here both are done in turns, of 10 and 20 ms. Read and measured with 1.231.0.

The result is equal. The engine compares reports one by one, none with another, and what it compares them with, the
orders that were open as the check began, is the same set. What is told between two turns is told as it may be between
two answers, of which a check awaits two for each symbol: an order with an event of late is left for the next check by
the engine's own threshold, and an answer that an event has overtaken is not taken over.
"""

from itertools import batched
from typing import Any, Final

from nautilus_trader.execution.reports import OrderStatusReport
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.model.identifiers import ClientOrderId

from reconciliation.engine.v1.accelerations import turns

REPORTS_A_TURN: Final = 50
"""Reading them takes about a millisecond; taking them over, each with an order that is made and written, about 25."""


def install(engine: LiveExecutionEngine) -> None:
    """Have an engine's open check take over in turns what it was told; `StockClient.read_in_turns` reads it so."""
    ask = engine._query_order_status_reports

    async def query_order_status_reports() -> tuple[list[OrderStatusReport], set[ClientOrderId]]:
        """Take over what was told; nothing is left of it for the check itself, which looks for what was not told."""
        open_order_ids = _open_order_ids(engine)  # as the check has taken them itself, just before
        reports, reported_ids = await ask()
        for number, some in enumerate(batched(reports, REPORTS_A_TURN)):
            if number:
                await turns.give_way()
            engine._reconcile_order_reports(list(some), open_order_ids)
        return [], reported_ids

    engine._query_order_status_reports = query_order_status_reports


def _open_order_ids(engine: LiveExecutionEngine) -> set[ClientOrderId]:
    wanted: Any = engine.reconciliation_instrument_ids
    if wanted:
        return {order.client_order_id for order in engine._cache.orders_open() if order.instrument_id in wanted}
    return set(engine._cache.client_order_ids_open())
