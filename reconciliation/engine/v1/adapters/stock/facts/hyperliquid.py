"""Hyperliquid's stock client, read with 1.231.0.

It leaves an order open after a broken connection and a timeout, and rejects it for an error of the server, and for an
answer that cannot be read.
"""

from typing import Final

from reconciliation.engine.v1.adapters.stock.declaration import StockAdapter
from reconciliation.rules.client import StockFacts

ADAPTER: Final = StockAdapter(
    name="Hyperliquid",
    config="nautilus_trader.adapters.hyperliquid.config.HyperliquidExecClientConfig",
    facts=StockFacts(empties=("orders", "fills", "positions"), rejects_unknown=True),
    refused=r"(?!exchange error: HTTP 5\d\d|decode error|serde error|HTTP error)",
)
