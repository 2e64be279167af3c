# $ recon check --script reaches_out.py
# exit 0: E03 W21 W35 W37
# says: refused: a connection to 203.0.113.7:443 (reaches_out.py:

import socket

from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode

try:
    socket.create_connection(("203.0.113.7", 443), timeout=1)
except OSError:
    print("offline")
node = TradingNode(config=TradingNodeConfig(exec_clients={"BINANCE": BinanceExecClientConfig(api_key="k", api_secret="s")}))
node.run()
