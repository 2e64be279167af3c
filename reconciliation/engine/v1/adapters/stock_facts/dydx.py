"""dYdX's stock client, read with 1.231.0."""

from typing import Final

from reconciliation.rules.client import StockFacts

NAME: Final = "dYdX"
CONFIG: Final = "nautilus_trader.adapters.dydx.config.DydxExecClientConfig"
IS_INSTALLED: Final = True
"""Whether it comes without an extra."""
FACTS: Final = StockFacts(
    empties=("orders", "fills", "positions"),
    rejects_unknown=True,
)
