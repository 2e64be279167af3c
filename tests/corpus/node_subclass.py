# $ recon check --script node_subclass.py
# exit 0: E03 W21 W35 W37

from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode


class MyNode(TradingNode):
    def __init__(self, key):
        super().__init__(
            config=TradingNodeConfig(exec_clients={"BINANCE": BinanceExecClientConfig(api_key=key, api_secret="s")})
        )


if __name__ == "__main__":
    node = MyNode("k")
    node.build()
    node.run()
