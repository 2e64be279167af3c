"""Betfair's stock client, read with 1.231.0.

Run with its extra installed; its submit was read.
"""

from typing import Final

from reconciliation.engine.v1.adapters.stock.declaration import StockAdapter
from reconciliation.rules.client import StockFacts

ADAPTER: Final = StockAdapter(
    name="Betfair",
    config="nautilus_trader.adapters.betfair.config.BetfairExecClientConfig",
    facts=StockFacts(empties=(), remains="its positions are nothing at any time"),
    extra="betfair",
)
