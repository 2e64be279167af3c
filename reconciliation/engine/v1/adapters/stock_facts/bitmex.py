"""BitMEX's stock client, read with 1.231.0."""

from typing import Final

from reconciliation.rules.client import StockFacts

NAME: Final = "BitMEX"
CONFIG: Final = "nautilus_trader.adapters.bitmex.config.BitmexExecClientConfig"
IS_INSTALLED: Final = True
"""Whether it comes without an extra."""
FACTS: Final = StockFacts(
    empties=("orders", "fills", "positions"),
    asks_single=False,
    rejects_unknown=True,
)
