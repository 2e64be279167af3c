# $ recon check --script several_nodes.py
# exit 0: E03 W21 W35 W37 E03 W21 W35 W37
# says: at KRAKEN

import asyncio

from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.adapters.kraken import KrakenExecClientConfig
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode


def node_of(name, client):
    node = TradingNode(config=TradingNodeConfig(trader_id=f"{name}-001", exec_clients={name: client}))
    node.build()
    return node


async def main():
    nodes = [
        node_of("BINANCE", BinanceExecClientConfig(api_key="k", api_secret="s")),
        node_of("KRAKEN", KrakenExecClientConfig(api_key="k", api_secret="s")),
    ]
    await asyncio.gather(*(node.run_async() for node in nodes))


asyncio.run(main())
