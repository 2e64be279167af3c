"""Interactive Brokers's stock client, read with 1.231.0.

Not installed without an extra: read, not run.
"""

from typing import Final

from reconciliation.rules.client import StockFacts

CONFIG: Final = "nautilus_trader.adapters.interactive_brokers.config.InteractiveBrokersExecClientConfig"
FACTS: Final = StockFacts(
    empties=("fills",),
)
