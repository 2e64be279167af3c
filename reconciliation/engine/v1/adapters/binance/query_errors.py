"""The query error guard: a report query that failed raises, and rejects nothing.

Upstream turns a failed report query into an empty list or None, so that the engine's own "query failed, skip" never
triggers (its issue 4729), and emits OrderRejected by itself when a single order could not be asked for three times.
Measured with 1.231.0: `GET /order` answering 503 had a live order rejected after 20.5 s.
"""

import sys
from typing import Any

from nautilus_trader.execution.messages import (
    GenerateFillReports,
    GenerateOrderStatusReport,
    GenerateOrderStatusReports,
    GeneratePositionStatusReports,
)
from nautilus_trader.execution.reports import FillReport, OrderStatusReport, PositionStatusReport

from reconciliation.engine.v1.adapters.binance.listening import (
    ListeningClient,
    QueryFailedError,
    in_mass_status,
    listening,
)


class QueryErrorGuard(ListeningClient):
    """The stock futures client whose report queries raise when they failed.

    None from `generate_order_status_report` means that the venue answered "no such order".
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._max_retries = sys.maxsize  # of the adapter's own rejections, which nobody asked for

    async def generate_order_status_report(self, command: GenerateOrderStatusReport) -> OrderStatusReport | None:
        """Return the report of one order; None when the venue answered that it does not know it.

        Raises:
            QueryFailedError: the venue did not answer.
        """
        return await self._answered_report(command)

    async def generate_order_status_reports(self, command: GenerateOrderStatusReports) -> list[OrderStatusReport]:
        """Return order reports.

        Raises:
            QueryFailedError: the venue did not answer all of it.
        """
        return await _whole(super().generate_order_status_reports(command))

    async def generate_fill_reports(self, command: GenerateFillReports) -> list[FillReport]:
        """Return fill reports.

        Raises:
            QueryFailedError: the venue did not answer all of it.
        """
        return await _whole(super().generate_fill_reports(command))

    async def generate_position_status_reports(
        self, command: GeneratePositionStatusReports
    ) -> list[PositionStatusReport]:
        """Return position reports.

        Raises:
            QueryFailedError: the venue did not answer.
        """
        return await _whole(super().generate_position_status_reports(command))


async def _whole(query: Any) -> list[Any]:
    if in_mass_status():
        return list(await query)
    with listening() as record:
        reports = list(await query)
    if record.failures:
        raise QueryFailedError(record.reason())
    return reports
