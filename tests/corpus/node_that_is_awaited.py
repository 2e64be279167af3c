# $ recon check --script node_that_is_awaited.py
# exit 2: E23 E03 W21 W35 W37
# says: at DERIBIT

import asyncio

from nautilus_trader.adapters.deribit import DeribitExecClientConfig
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode


async def main():
    node = TradingNode(config=TradingNodeConfig(exec_clients={"DERIBIT": DeribitExecClientConfig(api_key="k", api_secret="s")}))
    await node.kernel.start_async()
    task = asyncio.create_task(node.run_async())
    await task


asyncio.run(main())
