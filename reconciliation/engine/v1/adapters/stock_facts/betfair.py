"""Betfair's stock client, read with 1.231.0.

Its positions are nothing at any time. Not installed without an extra: read, not run.
"""

from typing import Final

from reconciliation.rules.client import StockFacts

CONFIG: Final = "nautilus_trader.adapters.betfair.config.BetfairExecClientConfig"
FACTS: Final = StockFacts(
    empties=("positions",),
)
