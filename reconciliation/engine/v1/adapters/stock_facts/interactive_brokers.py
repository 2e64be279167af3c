"""Interactive Brokers's stock client, read with 1.231.0.

Not installed without an extra: read, not run.
"""

from typing import Final

from reconciliation.rules.client import StockFacts

NAME: Final = "Interactive Brokers"
CONFIG: Final = "nautilus_trader.adapters.interactive_brokers.config.InteractiveBrokersExecClientConfig"
IS_INSTALLED: Final = False
"""Whether it comes without an extra."""
FACTS: Final = StockFacts(
    empties=("fills",),
)
