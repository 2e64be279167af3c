"""dYdX's stock client, read with 1.231.0.

A code is the node's verdict on a transaction, but for those of one that it has already and of a wrong sequence.
"""

from typing import Final

from reconciliation.engine.v1.adapters.stock.declaration import StockAdapter
from reconciliation.rules.client import StockFacts

ADAPTER: Final = StockAdapter(
    name="dYdX",
    config="nautilus_trader.adapters.dydx.config.DydxExecClientConfig",
    facts=StockFacts(empties=("orders", "fills", "positions"), rejects_unknown=True),
    refused=r"Order submission failed: .*Transaction broadcast failed: code=(?!(9|19|32|104)\b)\d",
)
