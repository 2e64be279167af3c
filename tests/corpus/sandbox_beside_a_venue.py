# $ recon check --script sandbox_beside_a_venue.py
# exit 0: E03 W21 W35 W37
# says: at BYBIT with stock clients

from nautilus_trader.adapters.bybit import BybitExecClientConfig
from nautilus_trader.adapters.sandbox.config import SandboxExecutionClientConfig
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode

clients = {
    "BINANCE": SandboxExecutionClientConfig(venue="BINANCE", starting_balances=["10_000 USDT"]),
    "BYBIT": BybitExecClientConfig(api_key="k", api_secret="s"),
}
node = TradingNode(config=TradingNodeConfig(exec_clients=clients))
node.run()
