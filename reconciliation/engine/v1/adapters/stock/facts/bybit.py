"""Bybit's stock client, read with 1.231.0."""

from typing import Final

from reconciliation.engine.v1.adapters.stock.declaration import StockAdapter
from reconciliation.rules.client import StockFacts

ADAPTER: Final = StockAdapter(
    name="Bybit",
    config="nautilus_trader.adapters.bybit.config.BybitExecClientConfig",
    facts=StockFacts(empties=("orders", "fills", "positions")),
)
