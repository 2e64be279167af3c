# $ recon check --script leaves_traces_afterwards.py
# exit 0: E03 W21 W35 W37

import atexit
from pathlib import Path

from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode

atexit.register(Path("at_exit").touch)
node = TradingNode(config=TradingNodeConfig(exec_clients={"BINANCE": BinanceExecClientConfig(api_key="k", api_secret="s")}))
try:
    node.run()
    Path("after_run").touch()
except BaseException:
    Path("caught").touch()
finally:
    Path("finally").touch()
