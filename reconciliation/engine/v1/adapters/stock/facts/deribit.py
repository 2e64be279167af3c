"""Deribit's stock client, read with 1.231.0.

Orders go by its socket and are refused there: what raises in a submit is the sending.
"""

from typing import Final

from reconciliation.engine.v1.adapters.stock.declaration import StockAdapter
from reconciliation.rules.client import StockFacts

ADAPTER: Final = StockAdapter(
    name="Deribit",
    config="nautilus_trader.adapters.deribit.config.DeribitExecClientConfig",
    facts=StockFacts(empties=("orders", "fills", "positions"), asks_single=False, rejects_unknown=True),
)
