# $ recon check --script config_in_a_tuple.py --call 'build()'
# exit 0: E03 W21 W35 W37

from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import TradingNodeConfig


def build():
    config = TradingNodeConfig(exec_clients={"BINANCE": BinanceExecClientConfig(api_key="k", api_secret="s")})
    return config, ["BTCUSDT-PERP.BINANCE"]
