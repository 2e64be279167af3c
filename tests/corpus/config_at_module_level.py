# $ recon check --script config_at_module_level.py
# exit 0: E03 W21 W35 W37
# says: was run to its end

from nautilus_trader.adapters.binance import BinanceAccountType, BinanceExecClientConfig
from nautilus_trader.config import LiveExecEngineConfig, TradingNodeConfig

config = TradingNodeConfig(
    exec_engine=LiveExecEngineConfig(open_check_interval_secs=10.0),
    exec_clients={
        "BINANCE": BinanceExecClientConfig(account_type=BinanceAccountType.USDT_FUTURES, api_key="k", api_secret="s")
    },
)
