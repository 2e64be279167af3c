# $ recon check --script node_subclass_that_asks_super.py
# exit 0: E03 W21 W35 W37
# says: was run until node_subclass_that_asks_super.py:19, where a node would begin to live

from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode


class MyNode(TradingNode):
    def __init__(self):
        super().__init__(
            config=TradingNodeConfig(exec_clients={"BINANCE": BinanceExecClientConfig(api_key="k", api_secret="s")})
        )
        super().build()

    def run(self):
        print("starting")
        super().run()


MyNode().run()
