"""The report guard: a mass status is whole, or there is none.

Upstream catches a failed query of orders or fills and goes on with an empty list. Startup reconciliation then
"succeeds" with orders missing and fills made up from positions. A mass status in which any query failed is asked for
again, and refused when it fails for good; the engine then applies nothing and returns False.

Upstream also leaves out every order created before the lookback, open or not, and asks for 1000 orders a symbol at
the most. Whole means here: every order that is open at the venue, and every order that is open in the cache. An open
check is told of the former too: else it asks for each of them by itself, again and again; upstream's does not ask for
one that came in from outside, and ends with an error where it would reject it (seen with 1.231.0).
"""

import asyncio
from contextvars import ContextVar
from decimal import Decimal
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from nautilus_trader.adapters.binance.common.enums import BinanceOrderStatus
from nautilus_trader.adapters.binance.common.schemas.account import BinanceOrder
from nautilus_trader.adapters.binance.futures.schemas.account import BinanceFuturesAlgoOrder
from nautilus_trader.adapters.binance.http.error import BinanceError
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import GenerateOrderStatusReport, GenerateOrderStatusReports
from nautilus_trader.execution.reports import ExecutionMassStatus, OrderStatusReport
from nautilus_trader.model.orders import Order

from reconciliation.engine.lifecycle import QueryFailed
from reconciliation.engine.v1.adapters.binance.listening import (
    ListeningClient,
    QueryFailedError,
    QueryRecord,
    UnreadableOrderError,
    in_mass_status,
    listening,
    note_failure,
)
from reconciliation.engine.v1.queries.absence import canceled_report

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ATTEMPTS: Final = 3
PAUSE_SECS: Final = 1.0
_OPEN: Final = frozenset({BinanceOrderStatus.NEW, BinanceOrderStatus.PARTIALLY_FILLED})
# Asking again would turn a limit into a ban; 418 is Binance's word for one.
_NOT_AGAIN: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.IM_A_TEAPOT})


class _Told(Struct):
    """What the venue told while one report of orders was made.

    Attributes:
        open_orders: what it listed as open.
        open_conditional: the algo ids of the conditional orders that it listed as open.
        ids: of the orders that the histories of its symbols held.
    """

    open_orders: list[BinanceOrder] = []
    open_conditional: frozenset[int] = frozenset()
    ids: set[int] = set()


_told: Final[ContextVar[_Told | None]] = ContextVar("_told", default=None)


class ReportGuard(ListeningClient):
    """The stock futures client whose mass status never hides a failed query."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.report_failure = ""
        """Why the last mass status was refused; empty when it was not."""
        self._has_started = False
        account = self._http_account
        self._history_of: Callable[..., Awaitable[list[BinanceOrder]]] = account.query_all_orders
        account.query_all_orders = self._history_and_note

    async def _history_and_note(self, symbol: str, **asked: Any) -> list[BinanceOrder]:
        orders = await self._history_of(symbol=symbol, **asked)
        if (told := _told.get()) is not None:
            told.ids.update(order.orderId for order in orders)
        return orders

    def _parse_order_status_reports(
        self, binance_orders: list[BinanceOrder], start_ms: int | None, end_ms: int | None
    ) -> list[OrderStatusReport]:
        """Parse the orders of a window, and open orders whatever their age.

        An open check parses the history of an hour every few seconds. Upstream's own makes the text of each report for
        a line of the log, printed or not, and looks each order's instrument up: half of the time that it takes.
        """
        symbols = {order.symbol for order in binance_orders}
        instrument_ids = {symbol: self._get_cached_instrument_id(symbol) for symbol in symbols}
        reports: list[OrderStatusReport] = []
        for order in binance_orders:
            is_within = (start_ms is None or order.time >= start_ms) and (end_ms is None or order.time <= end_ms)
            if not (is_within or order.status in _OPEN) or not Decimal(order.origQty or 1):
                continue  # the engine has no order without a quantity
            report = order.parse_to_order_status_report(
                account_id=self.account_id,
                instrument_id=instrument_ids[order.symbol],
                report_id=UUID4(),
                enum_parser=self._enum_parser,
                treat_expired_as_canceled=self._treat_expired_as_canceled,
                ts_init=self._clock.timestamp_ns(),
            )
            reports.append(report)
        return reports

    def _parse_algo_order_report(
        self, algo_order: BinanceFuturesAlgoOrder, start_ms: int | None, end_ms: int | None
    ) -> OrderStatusReport | None:
        """Keep open conditional orders whatever their age.

        What is open is what the venue lists as open: it has more words for that than one, and may leave the status out.
        """
        told = _told.get()
        if told is not None and algo_order.algoId in told.open_conditional:
            start_ms = end_ms = None
        return super()._parse_algo_order_report(algo_order, start_ms, end_ms)

    async def _fetch_algo_orders(self, symbol: str | None) -> tuple[list[BinanceFuturesAlgoOrder], set[int]]:
        open_orders, ids = await super()._fetch_algo_orders(symbol)
        if (told := _told.get()) is not None:
            told.open_conditional = frozenset(order.algoId for order in open_orders)
        return open_orders, ids

    async def _build_active_symbols(self, symbol: str | None) -> tuple[set[str], list[BinanceOrder]]:
        active_symbols, open_orders = await super()._build_active_symbols(symbol)
        if (told := _told.get()) is not None:
            told.open_orders = open_orders
        return active_symbols, open_orders

    async def generate_order_status_reports(self, command: GenerateOrderStatusReports) -> list[OrderStatusReport]:
        """Return order reports, also those of open orders that the venue's history leaves out."""
        told = _Told()
        token = _told.set(told)
        try:
            reports = list(await super().generate_order_status_reports(command))
        finally:
            _told.reset(token)
        if not command.open_only:
            untold = [order for order in told.open_orders if order.orderId not in told.ids]
            reports += self._parse_order_status_reports(untold, None, None)
        told.open_orders, told.ids = [], set()  # what was begun meanwhile, and goes on, keeps the rest of it
        if not in_mass_status():
            return reports
        if self._has_started:
            return reports  # what the venue leaves out now and then is the open check's to judge
        listed = {report.client_order_id for report in reports}
        for order in self._cache.orders_open(venue=self.venue):
            if order.client_order_id not in listed and order.account_id in {None, self.account_id}:
                reports += await self._asked_for(order)
        return reports

    async def _asked_for(self, order: Order) -> list[OrderStatusReport]:
        """Ask for one order by its id; it is cancelled when the venue answers that it does not know it.

        Binance forgets an order that ended without a fill after three days.
        """
        command = GenerateOrderStatusReport(
            instrument_id=order.instrument_id,
            client_order_id=order.client_order_id,
            venue_order_id=None,
            command_id=UUID4(),
            ts_init=self._clock.timestamp_ns(),
        )
        try:
            report = await self._answered_report(command)
        except UnreadableOrderError as error:
            self._log.warning(f"{error}; it stays as it is")
            return []
        except QueryFailedError as error:
            note_failure(f"order {order.client_order_id.value}", error)
            return []
        if report is not None:
            return [report]
        if order.venue_order_id is None:
            return []  # it waits for an answer, and the in-flight check asks for it
        self._log.warning(f"The venue does not know {order.client_order_id!r}, which is open in the cache")
        return [canceled_report(order, self.account_id, self._clock.timestamp_ns())]

    async def generate_mass_status(self, lookback_mins: int | None = None) -> ExecutionMassStatus | None:
        """Return a mass status in which every query was answered, or None."""
        for attempt in range(ATTEMPTS):
            if attempt:
                await asyncio.sleep(PAUSE_SECS)
            with listening(of_mass_status=True) as record:
                status = await super().generate_mass_status(lookback_mins)
            if status is not None and not record.failures:
                self.report_failure = ""
                self._has_started = True
                return status
            self.report_failure = record.reason() or "a report could not be read; the log above says which"
            self._log.error(f"No mass status: {self.report_failure}")
            self.emit(QueryFailed(str(self.id), "mass status", self.report_failure))
            if _must_not_ask_again(record):
                break
        return None


def _must_not_ask_again(record: QueryRecord) -> bool:
    return any(isinstance(error, BinanceError) and error.status in _NOT_AGAIN for _, error in record.failures)
