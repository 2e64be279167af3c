# $ recon check --script data_only.py
# exit 0:
# says: it has no execution client, so that it cannot have orders; nothing to judge

from nautilus_trader.adapters.binance import BinanceDataClientConfig, BinanceLiveDataClientFactory
from nautilus_trader.config import LiveExecEngineConfig, TradingNodeConfig
from nautilus_trader.live.node import TradingNode

node = TradingNode(
    config=TradingNodeConfig(
        exec_engine=LiveExecEngineConfig(inflight_check_retries=0),
        data_clients={"BINANCE": BinanceDataClientConfig(api_key="k", api_secret="s")},
    )
)
node.add_data_client_factory("BINANCE", BinanceLiveDataClientFactory)
node.build()
node.run()
