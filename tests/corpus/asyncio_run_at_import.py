# $ recon check --script asyncio_run_at_import.py
# exit 0: E03 W21 W35 W37
# says: at OKX

import asyncio

from nautilus_trader.adapters.okx import OKXExecClientConfig
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode

node = TradingNode(TradingNodeConfig(exec_clients={"OKX": OKXExecClientConfig(api_key="k", api_secret="s")}))
asyncio.run(node.run_async())
