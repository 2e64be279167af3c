# $ recon check --script config_in_two_steps.py
# exit 2: E11 E03 W21 W35 W37
# says: config_in_two_steps.py:config, a TradingNodeConfig at BYBIT

from nautilus_trader.adapters.bybit import BybitExecClientConfig
from nautilus_trader.config import LiveExecEngineConfig, TradingNodeConfig

engine = LiveExecEngineConfig(purge_closed_orders_interval_mins=15)
config = TradingNodeConfig(exec_engine=engine, exec_clients={"BYBIT": BybitExecClientConfig()})
