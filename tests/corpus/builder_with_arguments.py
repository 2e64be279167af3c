# $ recon check --script builder_with_arguments.py --call 'make(symbol="BTC",checks=False)'
# exit 0: W21 W23 W35 W37

from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import LiveExecEngineConfig, TradingNodeConfig


def make(symbol, checks=True):
    engine = LiveExecEngineConfig(inflight_check_interval_ms=2_000 if checks else 0)
    return TradingNodeConfig(
        trader_id=f"{symbol}-001",
        exec_engine=engine,
        exec_clients={"BINANCE": BinanceExecClientConfig(api_key="k", api_secret="s")},
    )


if __name__ == "__main__":
    raise RuntimeError("not to be run")
