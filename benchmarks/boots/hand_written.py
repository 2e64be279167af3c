"""A node as somebody writes it who has no recon: the engine alone."""

from nautilus_trader.adapters.binance import BinanceLiveDataClientFactory, BinanceLiveExecClientFactory
from nautilus_trader.live.node import TradingNode

from benchmarks.boots.telling import strategy, tell
from benchmarks.stock_config import VENUE, stock_config


def main() -> None:
    """Run it until a stop signal."""
    tell("imports")
    node = TradingNode(stock_config())
    node.trader.add_strategy(strategy())
    node.add_data_client_factory(VENUE, BinanceLiveDataClientFactory)
    node.add_exec_client_factory(VENUE, BinanceLiveExecClientFactory)
    node.build()
    tell("construct")
    try:
        node.run()
    finally:
        node.dispose()


if __name__ == "__main__":
    main()
