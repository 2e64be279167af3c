# $ recon check --script fails_before_it_runs.py
# exit 0: E03 W21 W35 W37
# says: was run until it failed: ValueError: no instruments

from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode

node = TradingNode(config=TradingNodeConfig(exec_clients={"BINANCE": BinanceExecClientConfig(api_key="k", api_secret="s")}))
raise ValueError("no instruments")
