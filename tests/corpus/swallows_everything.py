# $ recon check --script swallows_everything.py
# exit 0: E03 W21 W35 W37

from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode

for attempt in range(3):
    try:
        node = TradingNode(
            config=TradingNodeConfig(exec_clients={"BINANCE": BinanceExecClientConfig(api_key="k", api_secret="s")})
        )
        node.build()
        node.run()
    except:
        print("again", attempt)
