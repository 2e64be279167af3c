"""Bybit's stock client, read with 1.231.0."""

from typing import Final

from reconciliation.rules.client import StockFacts

NAME: Final = "Bybit"
CONFIG: Final = "nautilus_trader.adapters.bybit.config.BybitExecClientConfig"
IS_INSTALLED: Final = True
"""Whether it comes without an extra."""
FACTS: Final = StockFacts(
    empties=("orders", "fills", "positions"),
)
