# $ recon check --script config_from_yaml.py
# exit 0: E03 W21 W32 W35 W37

import yaml
from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import LiveExecEngineConfig, TradingNodeConfig
from nautilus_trader.live.node import TradingNode

SETTINGS = yaml.safe_load("exec_engine: {open_check_interval_secs: 3.0, open_check_threshold_ms: 500}")

node = TradingNode(
    config=TradingNodeConfig(
        exec_engine=LiveExecEngineConfig(**SETTINGS["exec_engine"]),
        exec_clients={"BINANCE": BinanceExecClientConfig(api_key="k", api_secret="s")},
    )
)
node.run()
