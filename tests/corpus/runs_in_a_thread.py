# $ recon check --script runs_in_a_thread.py
# exit 0: E03 W21 W35 W37

import threading

from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode

node = TradingNode(config=TradingNodeConfig(exec_clients={"BINANCE": BinanceExecClientConfig(api_key="k", api_secret="s")}))
thread = threading.Thread(target=node.run)
thread.start()
thread.join()
