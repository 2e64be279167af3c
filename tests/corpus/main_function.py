# $ recon check --script main_function.py
# exit 0: E03 W21 W28 W35 W37
# says: where a node would begin to live: all that stands before did happen

from nautilus_trader.adapters.binance import BinanceExecClientConfig, BinanceLiveExecClientFactory
from nautilus_trader.config import LiveExecEngineConfig, LoggingConfig, TradingNodeConfig
from nautilus_trader.live.node import TradingNode


def main():
    config = TradingNodeConfig(
        trader_id="TESTER-001",
        logging=LoggingConfig(log_level="INFO"),
        exec_engine=LiveExecEngineConfig(reconciliation=True, reconciliation_lookback_mins=1440),
        exec_clients={"BINANCE": BinanceExecClientConfig(api_key="k", api_secret="s")},
        timeout_connection=20.0,
    )
    node = TradingNode(config=config)
    node.add_exec_client_factory("BINANCE", BinanceLiveExecClientFactory)
    node.build()
    try:
        node.run()
    finally:
        node.dispose()


if __name__ == "__main__":
    main()
