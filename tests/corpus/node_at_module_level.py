# $ recon check --script node_at_module_level.py
# exit 0: E03 W21 W35 W37

from nautilus_trader.adapters.binance import BinanceExecClientConfig, BinanceLiveExecClientFactory
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode

node = TradingNode(
    config=TradingNodeConfig(exec_clients={"BINANCE": BinanceExecClientConfig(api_key="k", api_secret="s")})
)
node.add_exec_client_factory("BINANCE", BinanceLiveExecClientFactory)
node.build()
