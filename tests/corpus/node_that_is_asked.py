# $ recon check --script node_that_is_asked.py
# exit 0: E03 W21 W35 W37

from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import TradingNodeConfig
from nautilus_trader.live.node import TradingNode

node = TradingNode(config=TradingNodeConfig(exec_clients={"BINANCE": BinanceExecClientConfig(api_key="k", api_secret="s")}))
node.build()
node.portfolio.set_specific_venue("BINANCE")
for instrument in node.cache.instruments():
    print(instrument.id)
print(node.trader.strategies()[0], node.kernel.clock.timestamp_ns())
with node.kernel as kernel:
    kernel.msgbus.subscribe("events.*", print)
if not node.is_running():
    node.run()
