"""A Binance client without guards of its own, of spot as of futures: what works in any stock client works in it."""

import sys
from typing import Final

from nautilus_trader.adapters.binance.execution import BinanceCommonExecutionClient
from nautilus_trader.live.execution_client import LiveExecutionClient

from reconciliation.engine.v1.adapters.binance.listening import NO_SUCH_ORDER, error_code
from reconciliation.engine.v1.adapters.binance.reading import read_in_turns
from reconciliation.engine.v1.adapters.binance.unknown_outcomes import UnknownOutcomeGuard
from reconciliation.engine.v1.adapters.stock.client import StockClient
from reconciliation.engine.v1.queries.told_errors import telling

_SINGLE_QUERIES: Final = ("query_order", "query_algo_order")
"""Of its account API; the second asks for a conditional order, which spot does not have."""


class StockBinanceClient(StockClient):
    """A stock Binance client."""

    engine_client: BinanceCommonExecutionClient

    @staticmethod
    def knows(engine_client: LiveExecutionClient) -> bool:
        """Whether a client is of this adapter."""
        return isinstance(engine_client, BinanceCommonExecutionClient)

    def raise_failures(self) -> None:
        """Have each report query raise its error; that of a query for one order is not logged as the others are."""
        super().raise_failures()
        self.engine_client._max_retries = sys.maxsize  # of the adapter's own rejections, which nobody asked for
        account = self.engine_client._http_account
        for name in _SINGLE_QUERIES:
            if hasattr(account, name):
                setattr(account, name, telling(getattr(account, name), _is_unknown_order))

    def keep_unknown_outcomes(self) -> None:
        """Have no order rejected whose submission failed without a refusal."""
        kind = type(self.engine_client)
        self.engine_client.__class__ = type(kind.__name__, (UnknownOutcomeGuard, kind), {"__module__": kind.__module__})
        self.engine_client.watch_outcomes()

    def read_in_turns(self, a_turn: int) -> None:
        """Read so many orders of a check and then let the loop turn."""
        read_in_turns(self.engine_client, a_turn)


def _is_unknown_order(error: Exception) -> bool:
    return error_code(error) == NO_SUCH_ORDER
