"""BitMEX's stock client, read with 1.231.0.

It repeats a submit after a network error, so that a known client order id is no refusal. A query that is limited to one
instrument fails in it with a TypeError before anybody is asked.
"""

from typing import Final

from reconciliation.engine.v1.adapters.stock.declaration import StockAdapter
from reconciliation.rules.client import StockFacts

ADAPTER: Final = StockAdapter(
    name="BitMEX",
    config="nautilus_trader.adapters.bitmex.config.BitmexExecClientConfig",
    facts=StockFacts(empties=("orders", "fills", "positions"), asks_single=False, rejects_unknown=True),
    refused=r"(BitMEX error |DEFINITIVE_SUBMIT_REJECTION: |Order rejected:)(?!.*(Duplicate clOrdID|[Ii]nternal))",
    asks_by_instrument=False,
)
