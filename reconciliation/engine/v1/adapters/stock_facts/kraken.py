"""Kraken's stock client, read with 1.231.0.

Where one of its two markets fails, half of the positions are told as all of them.
"""

from typing import Final

from reconciliation.rules.client import StockFacts

CONFIG: Final = "nautilus_trader.adapters.kraken.config.KrakenExecClientConfig"
FACTS: Final = StockFacts(
    empties=("orders", "fills", "positions"),
    rejects_unknown=True,
)
