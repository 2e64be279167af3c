"""OKX's stock client, read with 1.231.0.

Plain orders go by its socket and are refused there; what raises in a submit is the sending, or an order that went by
HTTP. Service unavailable, endpoint timeout, busy, system error and a known client order id say nothing of the order.
"""

from typing import Final

from reconciliation.engine.v1.adapters.stock.declaration import StockAdapter
from reconciliation.rules.client import StockFacts

ADAPTER: Final = StockAdapter(
    name="OKX",
    config="nautilus_trader.adapters.okx.config.OKXExecClientConfig",
    facts=StockFacts(empties=("orders", "fills", "positions"), rejects_unknown=True),
    refused=r"OKX error (?!(50001|50004|50013|50026|51016):)"
    r"|OKX API error: (?!.*(busy|timeout|unavailable|exist))"
    r"|Parameter validation error: (?!Empty response)"
    r"|(Client error: )?OKX requires clOrdId",
)
