# $ recon check --script parts_of_another_type.py
# exit 2: E01 W37

from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode

node = TradingNode(
    config=TradingNodeConfig(
        exec_engine={"open_check_interval_secs": 5.0},
        exec_clients={"BINANCE": BinanceExecClientConfig(api_key="k", api_secret="s")},
    )
)
node.run()
