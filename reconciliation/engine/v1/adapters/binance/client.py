"""What recon asks of a Binance USD-M futures client, guarded or stock, past what the engine asks.

The engine's own word is not enough: its startup mass status is no picture of the venue (exact matches are taken out of
it), and the adapter turns a failed query into an empty list, so that an unreachable venue looks like an empty one. The
adapter's raw account API raises when it fails.
"""

import asyncio
from collections import defaultdict
from decimal import Decimal

from nautilus_trader.adapters.binance.futures.execution import BinanceFuturesExecutionClient
from nautilus_trader.live.execution_client import LiveExecutionClient

from reconciliation.engine.client import PositionMode
from reconciliation.engine.holdings import Holdings
from reconciliation.engine.lifecycle import Lifecycle
from reconciliation.engine.v1.adapters.binance import asked_ahead
from reconciliation.engine.v1.adapters.binance import errors as _registers_how_errors_read  # noqa: F401
from reconciliation.engine.v1.adapters.binance.listening import ListeningClient
from reconciliation.engine.v1.adapters.binance.pages import count_pages
from reconciliation.engine.v1.adapters.binance.paging import WINDOW_MS, PagingGuard
from reconciliation.engine.v1.adapters.binance.query_errors import QueryErrorGuard
from reconciliation.engine.v1.adapters.binance.reports import ReportGuard
from reconciliation.engine.v1.adapters.binance.stock import StockBinanceClient
from reconciliation.engine.v1.adapters.binance.unknown_outcomes import UnknownOutcomeGuard
from reconciliation.engine.v1.adapters.binance.weight import WeighedTransport
from reconciliation.engine.v1.queries.asked import Asked


class BinanceClient(StockBinanceClient):
    """A Binance USD-M futures client."""

    engine_client: BinanceFuturesExecutionClient

    @staticmethod
    def knows(engine_client: LiveExecutionClient) -> bool:
        """Whether a client is of this adapter."""
        return isinstance(engine_client, BinanceFuturesExecutionClient)

    @property
    def answers_absence(self) -> bool:
        """Whether the guard `query_errors` is in it."""
        return isinstance(self.engine_client, QueryErrorGuard)

    @property
    def can_verify(self) -> bool:
        """Yes."""
        return True

    @property
    def position_mode(self) -> PositionMode | None:
        """How the account keeps positions; the client has asked while it connected."""
        hedging = self.engine_client._is_dual_side_position
        return None if hedging is None else "hedging" if hedging else "netting"

    @property
    def mass_status_failure(self) -> str:
        """Why the guard `reports` refused the last mass status."""
        return self.engine_client.report_failure if isinstance(self.engine_client, ReportGuard) else ""

    async def venue_holdings(self) -> Holdings:
        """Ask the venue for its open orders, plain and conditional, and its positions.

        Raises:
            Exception: whatever the adapter raises when a query fails; nothing is swallowed.
        """
        account = self.engine_client._futures_http_account
        plain, conditional, positions = await asyncio.gather(
            account.query_open_orders(), account.query_open_algo_orders(), account.query_futures_position_risk()
        )
        orders = {
            order.clientOrderId or str(order.orderId): order.symbol for order in plain if _has_quantity(order.origQty)
        }
        orders |= {
            order.clientAlgoId: order.symbol
            for order in conditional
            if _has_quantity(order.quantity) and not order.actualOrderId
        }
        unreadable = {order.clientAlgoId for order in conditional if not _has_quantity(order.quantity)}
        amounts: dict[str, Decimal] = defaultdict(Decimal)
        for position in positions:
            amounts[position.symbol] += Decimal(position.positionAmt)
        return Holdings(
            open_orders={key: self._instrument_id(symbol) for key, symbol in orders.items()},
            positions={self._instrument_id(symbol): amount for symbol, amount in amounts.items() if amount},
            unreadable=frozenset(unreadable),
        )

    @property
    def used_weight(self) -> int:
        """What the last answer told, for the address as a whole; 0 once its minute is over, or of a read-only node."""
        transport = self.engine_client._http_client._client
        return transport.used if isinstance(transport, WeighedTransport) else 0

    @property
    def recent_secs(self) -> float | None:
        """How old a trade may be that is told without a time; the guard `history` reads since a time to the end."""
        return WINDOW_MS / 1_000 if isinstance(self.engine_client, PagingGuard) else None

    def ask_at_once(self) -> None:
        """Ask what is asked symbol by symbol of several at once."""
        asked_ahead.install(self.engine_client)

    def raise_failures(self) -> None:
        """Leave a client of ours as it is: it has the guard itself; hear what a stock one logs."""
        if not isinstance(self.engine_client, QueryErrorGuard):
            super().raise_failures()

    def keep_unknown_outcomes(self) -> None:
        """Leave a client of ours as it is, likewise."""
        if not isinstance(self.engine_client, UnknownOutcomeGuard):
            super().keep_unknown_outcomes()

    def limit_queries(self, secs: float) -> None:
        """Give each request of a report a time limit, in seconds; each report where requests are not listened to."""
        if isinstance(self.engine_client, QueryErrorGuard):
            self.engine_client.request_secs = secs
        else:
            super().limit_queries(secs)

    def count_answers(self, asked: Asked) -> None:
        """Count what it is told symbol by symbol, page by page."""
        count_pages(self.engine_client, asked)

    def report_to(self, lifecycle: Lifecycle) -> None:
        """Tell of requests that failed, also those that upstream swallows."""
        if isinstance(self.engine_client, ListeningClient):
            self.engine_client.emit = lifecycle.emit

    def _instrument_id(self, symbol: str) -> str:
        return str(self.engine_client._get_cached_instrument_id(symbol))


def _has_quantity(text: str | None) -> bool:
    """Whether the adapter can represent an order: close-position orders have no quantity, and it skips them."""
    return bool(text) and Decimal(text or 0) != 0
