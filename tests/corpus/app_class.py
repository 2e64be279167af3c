# $ recon check --script app_class.py
# exit 0: E03 W35 W37
# says: at HYPERLIQUID

from nautilus_trader.adapters.hyperliquid import HyperliquidExecClientConfig
from nautilus_trader.config import LiveExecEngineConfig, TradingNodeConfig
from nautilus_trader.live.node import TradingNode


class App:
    def __init__(self):
        self.node = TradingNode(config=self.config())

    def config(self):
        return TradingNodeConfig(
            exec_engine=LiveExecEngineConfig(open_check_interval_secs=5.0, open_check_open_only=False),
            exec_clients={"HYPERLIQUID": HyperliquidExecClientConfig(private_key="k")},
        )

    def start(self):
        self.node.build()
        self.node.run()


if __name__ == "__main__":
    App().start()
