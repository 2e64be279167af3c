"""Bybit's stock client, read with 1.231.0.

With a start and no end, which is how it asks, the venue answers for the seven days after the start, says the reference
of its API. An order of an instrument that was not loaded makes its list of orders fail, and it answers with none.
"""

from typing import Final

from reconciliation.engine.v1.adapters.stock.declaration import StockAdapter
from reconciliation.rules.client import StockFacts

ADAPTER: Final = StockAdapter(
    name="Bybit",
    config="nautilus_trader.adapters.bybit.config.BybitExecClientConfig",
    facts=StockFacts(empties=("orders", "fills", "positions"), longest_lookback_mins=10_080),
    swallows=("request_order_status_reports", "query_order"),
)
