"""Bybit's stock client, read with 1.231.0.

An order of an instrument that was not loaded makes its list of orders fail, and it answers with none of them.
"""

from typing import Final

from reconciliation.engine.v1.adapters.stock.declaration import StockAdapter
from reconciliation.rules.client import StockFacts

ADAPTER: Final = StockAdapter(
    name="Bybit",
    config="nautilus_trader.adapters.bybit.config.BybitExecClientConfig",
    facts=StockFacts(empties=("orders", "fills", "positions")),
    swallows=("request_order_status_reports", "query_order"),
)
