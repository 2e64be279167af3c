"""Betfair's stock client, read with 1.231.0.

Its positions are nothing at any time. Not installed without an extra: read, not run.
"""

from typing import Final

from reconciliation.rules.client import StockFacts

NAME: Final = "Betfair"
CONFIG: Final = "nautilus_trader.adapters.betfair.config.BetfairExecClientConfig"
IS_INSTALLED: Final = False
"""Whether it comes without an extra."""
FACTS: Final = StockFacts(
    empties=("positions",),
)
