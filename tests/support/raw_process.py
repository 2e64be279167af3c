"""A node of one's own in a process of its own, for what only a process can show.

`database RETRIES` (0 for the engine's own), or `exception graceful|abrupt VENUE`.
"""

import json
import os
import sys
from typing import Any

from nautilus_trader.config import CacheConfig, DatabaseConfig, LiveExecEngineConfig, TradingNodeConfig
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.events import OrderAccepted
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.model.objects import Price, Quantity
from nautilus_trader.trading.strategy import Strategy
from stock_clients import configure

from reconciliation import NodeBuilder, load

INSTRUMENT = InstrumentId.from_str("BTCUSDT-PERP.BINANCE")


def without_a_database(retries: int) -> None:
    bounds: dict[str, Any] = {"number_of_retries": retries, "factor": 1, "max_delay": 1} if retries else {}
    database = DatabaseConfig(type="redis", host="127.0.0.1", port=1, **bounds)
    TradingNode(TradingNodeConfig(cache=CacheConfig(database=database)))


class Faulty(Strategy):  # type: ignore[misc] # the engine is untyped
    """Raises where the engine's event queue waits for it."""

    def on_start(self) -> None:
        price, quantity = Price.from_str("30000.0"), Quantity.from_str("0.010")
        self.submit_order(self.order_factory.limit(INSTRUMENT, OrderSide.BUY, quantity, price))

    def on_order_accepted(self, _event: OrderAccepted) -> None:
        print("planted fault", flush=True)  # the engine's own log may not get that far
        raise RuntimeError("planted fault")


def with_an_exception(venue: dict[str, str], *, graceful: bool) -> None:
    os.environ |= {name.replace("RECON_", "STOCK_"): value for name, value in venue.items()}
    builder = NodeBuilder(load(env={}))
    configure(builder)
    clients: dict[str, Any] = {
        "data_clients": {name: client.config for name, client in builder.data_clients.items()},
        "exec_clients": {name: client.config for name, client in builder.exec_clients.items()},
    }
    engine = LiveExecEngineConfig(graceful_shutdown_on_exception=graceful)
    node = TradingNode(
        TradingNodeConfig(exec_engine=engine, timeout_post_stop=0.1, timeout_disconnection=1.0, **clients)
    )
    for name, client in builder.data_clients.items():
        node.add_data_client_factory(name, client.factory)
    for name, client in builder.exec_clients.items():
        node.add_exec_client_factory(name, client.factory)
    node.build()
    node.trader.add_strategy(Faulty())
    try:
        node.run()
    finally:
        node.dispose()


if __name__ == "__main__":
    if sys.argv[1] == "database":
        without_a_database(int(sys.argv[2]))
    else:
        with_an_exception(json.loads(sys.argv[3]), graceful=sys.argv[2] == "graceful")
