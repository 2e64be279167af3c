"""Architect AX's stock client, read with 1.231.0.

Orders go by its socket and are refused there; it asks for the price of a market order before.
"""

from typing import Final

from reconciliation.engine.v1.adapters.stock.declaration import StockAdapter
from reconciliation.rules.client import StockFacts

ADAPTER: Final = StockAdapter(
    name="Architect AX",
    config="nautilus_trader.adapters.architect_ax.config.AxExecClientConfig",
    facts=StockFacts(empties=("orders", "fills", "positions"), rejects_unknown=True),
    refused=r"Market order preview failed",
    submits_late=True,
)
