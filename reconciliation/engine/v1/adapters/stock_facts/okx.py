"""OKX's stock client, read with 1.231.0."""

from typing import Final

from reconciliation.rules.client import StockFacts

CONFIG: Final = "nautilus_trader.adapters.okx.config.OKXExecClientConfig"
FACTS: Final = StockFacts(
    empties=("orders", "fills", "positions"),
    rejects_unknown=True,
)
