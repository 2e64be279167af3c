# $ recon check --script constructs_nothing.py
# exit 2:
# says: it constructs no TradingNode

from nautilus_trader.config import TradingNodeConfig

print(TradingNodeConfig.__name__)
