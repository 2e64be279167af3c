"""Reading the orders of a check in turns, where any Binance client reads all of them in one stretch.

Upstream's query has them read by methods that cannot wait. In a check these put reading off, and what was put off is
read once the query has all its answers; how many reports there are is logged then. A mass status is read as ever, and
so is all of a client whose class somebody else made, where it has a query of its own: it may look at what it is handed.
"""

from collections.abc import Callable
from contextvars import ContextVar, copy_context
from functools import partial
from itertools import batched
from typing import Any, Final

from nautilus_trader.adapters.binance.execution import BinanceCommonExecutionClient
from nautilus_trader.common.enums import LogLevel
from nautilus_trader.execution.messages import GenerateOrderStatusReports
from nautilus_trader.execution.reports import OrderStatusReport

from reconciliation.engine.v1.accelerations import turns
from reconciliation.engine.v1.adapters.binance.listening import in_mass_status

type Reports = list[OrderStatusReport]
type Unread = Callable[[], Reports]

_CONDITIONAL: Final = "_parse_algo_order_report"
"""Spot has no such orders."""
_HANDED_UNREAD: Final = ("generate_order_status_reports", "_generate_algo_order_status_reports")
"""The methods that are handed what is not read yet."""
_LOOK_AT_NONE: Final = ("nautilus_trader.", "reconciliation.")
"""Whose methods pass it on as it is."""
_receipts: Final = ContextVar[list[LogLevel] | None]("_receipts", default=None)
"""While reading is put off, at which level it was logged how many reports there are; of what is not read yet."""


def read_in_turns(client: BinanceCommonExecutionClient, a_turn: int) -> None:
    """Have a client read so many orders of a check and then let the loop turn, where nobody looks at what is unread."""
    if not _is_passed_on(client):
        return
    ask, read = client.generate_order_status_reports, client._parse_order_status_reports

    async def generate_order_status_reports(command: GenerateOrderStatusReports) -> Reports:
        if in_mass_status():
            return list(await ask(command))
        receipts: list[LogLevel] = []
        token = _receipts.set(receipts)
        try:
            unread: list[Unread] = await ask(command)
        finally:
            _receipts.reset(token)
        reports: Reports = []
        until = a_turn
        for read_some in unread:
            if len(reports) >= until:
                until = len(reports) + a_turn
                await turns.give_way()
            reports += read_some()
        if receipts:
            client._log_report_receipt(len(reports), OrderStatusReport.__name__, receipts[0])
        return reports

    def parse_order_status_reports(orders: list[Any], start_ms: int | None, end_ms: int | None) -> Any:
        if _receipts.get() is None:
            return read(orders, start_ms, end_ms)
        return [partial(read, list(some), start_ms, end_ms) for some in batched(orders, a_turn)]

    client.generate_order_status_reports = generate_order_status_reports
    client._parse_order_status_reports = parse_order_status_reports
    _put_off_receipts(client)
    if hasattr(client, _CONDITIONAL):
        _put_off_conditional(client)


def _is_passed_on(client: BinanceCommonExecutionClient) -> bool:
    owners = (vars(client), *map(vars, type(client).__mro__))
    methods = [owner[name] for owner in owners for name in _HANDED_UNREAD if name in owner]
    return all(method.__module__.startswith(_LOOK_AT_NONE) for method in methods)


def _put_off_receipts(client: BinanceCommonExecutionClient) -> None:
    log = client._log_report_receipt

    def log_report_receipt(count: int, report_type: str, log_level: LogLevel) -> None:
        if (receipts := _receipts.get()) is None:
            log(count, report_type, log_level)
        else:
            receipts.append(log_level)

    client._log_report_receipt = log_report_receipt


def _put_off_conditional(client: BinanceCommonExecutionClient) -> None:
    read = getattr(client, _CONDITIONAL)

    def parse_algo_order_report(order: Any, start_ms: int | None, end_ms: int | None) -> Any:
        if _receipts.get() is None:
            return read(order, start_ms, end_ms)
        told = copy_context()  # whether an order is open stands in what its query was told
        return lambda: [report for report in (told.run(read, order, start_ms, end_ms),) if report is not None]

    setattr(client, _CONDITIONAL, parse_algo_order_report)
