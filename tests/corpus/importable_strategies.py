# $ recon check --script importable_strategies.py
# exit 2: E01 E03 W21 W35 W37
# says: external_order_claims

from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import ImportableStrategyConfig, TradingNodeConfig
from nautilus_trader.live.node import TradingNode

maker = ImportableStrategyConfig(
    strategy_path="my.strategies:Maker",
    config_path="my.strategies:MakerConfig",
    config={"external_order_claims": "BTCUSDT-PERP.BINANCE"},
)
node = TradingNode(
    config=TradingNodeConfig(
        strategies=[maker], exec_clients={"BINANCE": BinanceExecClientConfig(api_key="k", api_secret="s")}
    )
)
node.run()
