# $ recon check --script starts_another_python.py
# exit 0: E03 W21 W35 W37
# says: refused: another Python,

import contextlib
import multiprocessing
import os
import subprocess
import sys

from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode

if __name__ == "__main__":
    lives = "open('a_node_lived', 'w')"
    with contextlib.suppress(PermissionError):
        subprocess.run([sys.executable, "-c", lives], check=True)
    with contextlib.suppress(PermissionError):
        multiprocessing.get_context("spawn").Process(target=open, args=("a_node_lived", "w")).start()
    with contextlib.suppress(PermissionError):
        os.system(f'{sys.executable} -c "{lives}"')
    subprocess.run(["true"], check=True)  # what is no Python may run
    assert not os.path.exists("a_node_lived")
    client = BinanceExecClientConfig(api_key="k", api_secret="s")
    TradingNode(config=TradingNodeConfig(exec_clients={"BINANCE": client})).run()
