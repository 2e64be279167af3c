"""BitMEX's stock client, read with 1.231.0."""

from typing import Final

from reconciliation.rules.client import StockFacts

CONFIG: Final = "nautilus_trader.adapters.bitmex.config.BitmexExecClientConfig"
FACTS: Final = StockFacts(
    empties=("orders", "fills", "positions"),
    asks_single=False,
    rejects_unknown=True,
)
