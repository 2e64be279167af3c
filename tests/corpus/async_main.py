# $ recon check --script async_main.py
# exit 0: E03 W21 W35 W37
# says: at BYBIT

import asyncio

from nautilus_trader.adapters.bybit import BybitExecClientConfig, BybitLiveExecClientFactory
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode


async def main():
    node = TradingNode(config=TradingNodeConfig(exec_clients={"BYBIT": BybitExecClientConfig(api_key="k", api_secret="s")}))
    node.add_exec_client_factory("BYBIT", BybitLiveExecClientFactory)
    node.build()
    try:
        await node.run_async()
    finally:
        await node.stop_async()
        await asyncio.sleep(1)
        node.dispose()


if __name__ == "__main__":
    asyncio.run(main())
