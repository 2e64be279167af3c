"""Architect AX's stock client, read with 1.231.0."""

from typing import Final

from reconciliation.rules.client import StockFacts

NAME: Final = "Architect AX"
CONFIG: Final = "nautilus_trader.adapters.architect_ax.config.AxExecClientConfig"
IS_INSTALLED: Final = True
"""Whether it comes without an extra."""
FACTS: Final = StockFacts(
    empties=("orders", "fills", "positions"),
)
