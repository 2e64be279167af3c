# $ recon check --script argparse_main.py -- --symbol BTCUSDT --open-check 5
# exit 0: E03 W21 W35 W37

import argparse

from nautilus_trader.adapters.binance import BinanceExecClientConfig
from nautilus_trader.config import InstrumentProviderConfig, LiveExecEngineConfig, TradingNodeConfig
from nautilus_trader.live.node import TradingNode


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--symbol", required=True)
    parser.add_argument("--open-check", type=float, default=None)
    args = parser.parse_args()
    provider = InstrumentProviderConfig(load_ids=frozenset({f"{args.symbol}-PERP.BINANCE"}))
    node = TradingNode(
        config=TradingNodeConfig(
            exec_engine=LiveExecEngineConfig(open_check_interval_secs=args.open_check),
            exec_clients={
                "BINANCE": BinanceExecClientConfig(api_key="k", api_secret="s", instrument_provider=provider)
            },
        )
    )
    node.build()
    node.run()


if __name__ == "__main__":
    main()
