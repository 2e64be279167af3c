"""A query for one order, where a stock client has none: it is found in the list of all, or is not there.

Those of BitMEX and Deribit answer with None, whatever the venue knows: read, and seen, with 1.231.0. An order whose
answer was lost can then only be rejected.
"""

from datetime import timedelta
from typing import Final

from nautilus_trader.core.datetime import unix_nanos_to_dt
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import GenerateOrderStatusReport, GenerateOrderStatusReports
from nautilus_trader.execution.reports import OrderStatusReport
from nautilus_trader.live.execution_client import LiveExecutionClient

_EARLIER: Final = timedelta(minutes=5)
"""For clocks that differ."""


def ask_by_list(client: LiveExecutionClient) -> None:
    """Have the query for one order answered by the list of open orders, then by that of all since the order was made.

    Args:
        client: a built one, whose own query answers with nothing.
    """

    async def generate_order_status_report(command: GenerateOrderStatusReport) -> OrderStatusReport | None:
        order = client._cache.order(command.client_order_id) if command.client_order_id else None
        for open_only in (True, False):
            reports = await client.generate_order_status_reports(
                GenerateOrderStatusReports(
                    instrument_id=command.instrument_id,
                    start=unix_nanos_to_dt(order.ts_init) - _EARLIER if order is not None and not open_only else None,
                    end=None,
                    open_only=open_only,
                    command_id=UUID4(),
                    ts_init=command.ts_init,
                )
            )
            if found := [report for report in reports if _is_of(report, command)]:
                return found[0]
        return None

    client.generate_order_status_report = generate_order_status_report


def _is_of(report: OrderStatusReport, command: GenerateOrderStatusReport) -> bool:
    ids = (report.client_order_id, report.venue_order_id)
    wanted = (command.client_order_id, command.venue_order_id)
    return any(mine is not None and mine == asked for mine, asked in zip(ids, wanted, strict=True))
