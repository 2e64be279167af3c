"""Kraken's stock client, read with 1.231.0.

Where one of its two markets fails, half of the positions are told as all of them.
"""

from typing import Final

from reconciliation.rules.client import StockFacts

NAME: Final = "Kraken"
CONFIG: Final = "nautilus_trader.adapters.kraken.config.KrakenExecClientConfig"
IS_INSTALLED: Final = True
"""Whether it comes without an extra."""
FACTS: Final = StockFacts(
    empties=("orders", "fills", "positions"),
    rejects_unknown=True,
)
