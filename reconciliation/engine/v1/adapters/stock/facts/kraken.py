"""Kraken's stock client, read with 1.231.0.

Where one of its two markets fails, half of the positions are told as all of them. A submit at its futures market asks
for open orders once the venue has taken the order, and fails where that query does.
"""

from typing import Final

from reconciliation.engine.v1.adapters.stock.declaration import StockAdapter
from reconciliation.rules.client import StockFacts

ADAPTER: Final = StockAdapter(
    name="Kraken",
    config="nautilus_trader.adapters.kraken.config.KrakenExecClientConfig",
    facts=StockFacts(empties=("orders", "fills", "positions"), rejects_unknown=True),
    refused=r"API error: E(?!Service|General:Internal)(?!.*[Dd]uplicate)"
    r"|Order submission failed: (?!.*(Server Error|Unavailable|[Dd]uplicate))"
    r"|No order_id in send_status: (?!clientOrderIdAlreadyExist)"
    r"|POST_ONLY_REJECTED:",
)
