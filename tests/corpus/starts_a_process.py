# $ recon check --script starts_a_process.py
# exit 0: E03 W21 W35 W37
# says: was run until starts_a_process.py:15, where a node would begin to live

import multiprocessing
import time

from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode


def run_node():
    client = BinanceExecClientConfig(api_key="k", api_secret="s")
    TradingNode(config=TradingNodeConfig(exec_clients={"BINANCE": client})).run()


if __name__ == "__main__":
    start = multiprocessing.get_context("fork").Process
    start(target=time.sleep, args=(300,), daemon=True).start()
    one_of_its_own = start(target=run_node)
    one_of_its_own.start()
    one_of_its_own.join()
    run_node()
