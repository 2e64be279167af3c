# $ recon check --script reads_a_file_beside_it.py
# exit 0: E03 W21 W35 W37

import json
from pathlib import Path

from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode

from beside.keys import KEY

assert __name__ == "__main__"
assert Path(__file__).parent.joinpath("beside", "keys.py").is_file()
client = BinanceExecClientConfig(**json.loads(f'{{"api_key": "{KEY}", "api_secret": "s"}}'))
node = TradingNode(config=TradingNodeConfig(exec_clients={"BINANCE": client}))
node.run()
