# $ recon check --script key_from_environment_with_default.py
# exit 0: E03 W21 W35 W37

import os

from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode

key = os.getenv("CORPUS_API_KEY", "none")
node = TradingNode(config=TradingNodeConfig(exec_clients={"BINANCE": BinanceExecClientConfig(api_key=key)}))
node.run()
