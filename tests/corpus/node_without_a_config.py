# $ recon check --script node_without_a_config.py
# exit 0:
# says: it has no execution client

from nautilus_trader.live.node import TradingNode

TradingNode().run()
