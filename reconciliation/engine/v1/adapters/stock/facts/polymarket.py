"""Polymarket's stock client, read with 1.231.0.

An order that it could not ask for is told as canceled at the venue. Run with its extra installed; its submit was read.
"""

from typing import Final

from reconciliation.engine.v1.adapters.stock.declaration import StockAdapter
from reconciliation.rules.client import StockFacts

ADAPTER: Final = StockAdapter(
    name="Polymarket",
    config="nautilus_trader.adapters.polymarket.config.PolymarketExecClientConfig",
    facts=StockFacts(empties=("orders", "fills"), cancels_unanswered=True),
    logs_errors=True,
    extra="polymarket",
)
