# $ recon check --script sandbox.py
# exit 0:
# says: its orders live in a sandbox of its own process

from nautilus_trader.adapters.binance import BinanceDataClientConfig
from nautilus_trader.adapters.sandbox.config import SandboxExecutionClientConfig
from nautilus_trader.adapters.sandbox.factory import SandboxLiveExecClientFactory
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode

node = TradingNode(
    config=TradingNodeConfig(
        data_clients={"BINANCE": BinanceDataClientConfig()},
        exec_clients={"BINANCE": SandboxExecutionClientConfig(venue="BINANCE", starting_balances=["10_000 USDT"])},
    )
)
node.add_exec_client_factory("BINANCE", SandboxLiveExecClientFactory)
node.build()
node.run()
