"""Interactive Brokers's stock client, read with 1.231.0.

Run with its extra installed; its submit was read.
"""

from typing import Final

from reconciliation.engine.v1.adapters.stock.declaration import StockAdapter
from reconciliation.rules.client import StockFacts

ADAPTER: Final = StockAdapter(
    name="Interactive Brokers",
    config="nautilus_trader.adapters.interactive_brokers.config.InteractiveBrokersExecClientConfig",
    facts=StockFacts(empties=("fills",)),
    logs_errors=True,
    extra="ib",
)
