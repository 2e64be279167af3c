# $ recon check --script strategies_that_claim.py
# exit 2: E19 E03 W21 W35 W37
# says: BTCUSDT-PERP.BINANCE is claimed by Strategy-001 and Strategy-002

from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import StrategyConfig, TradingNodeConfig
from nautilus_trader.live.node import TradingNode
from nautilus_trader.model.identifiers import InstrumentId
from nautilus_trader.trading.strategy import Strategy

BTC = InstrumentId.from_str("BTCUSDT-PERP.BINANCE")
node = TradingNode(config=TradingNodeConfig(exec_clients={"BINANCE": BinanceExecClientConfig(api_key="k", api_secret="s")}))
for tag in ("001", "002"):
    node.trader.add_strategy(Strategy(StrategyConfig(order_id_tag=tag, external_order_claims=[BTC])))
node.build()
node.run()
