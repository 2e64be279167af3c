# $ recon check --script redis_cache.py
# exit 2: E13 E14 E18 E20 E03 W21 W35 W37

from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import CacheConfig, DatabaseConfig, TradingNodeConfig
from nautilus_trader.live.node import TradingNode

cache = CacheConfig(database=DatabaseConfig(password="a/b"), use_instance_id=True, flush_on_start=True)
node = TradingNode(
    config=TradingNodeConfig(cache=cache, exec_clients={"BINANCE": BinanceExecClientConfig(api_key="k", api_secret="s")})
)
node.run()
