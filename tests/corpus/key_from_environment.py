# $ recon check --script key_from_environment.py
# exit 2:
# says: the variable CORPUS_API_KEY is not set

import os

from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode

key = os.environ["CORPUS_API_KEY"]
node = TradingNode(config=TradingNodeConfig(exec_clients={"BINANCE": BinanceExecClientConfig(api_key=key)}))
node.run()
