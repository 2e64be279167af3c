"""A stock node whose client has the symbol fix, without which it counts trades twice."""

from contextlib import AbstractAsyncContextManager

from nautilus_trader.live.node import TradingNode

from benchmarks.limits.node import Trader, run
from benchmarks.limits.nodes.stock import stock_node
from reconciliation.engine.generation import generation


def fixed_node(trader: Trader) -> AbstractAsyncContextManager[TradingNode]:
    """Run it."""
    return stock_node(trader, generation().guarded_factory(["symbols"], read_only=False))


if __name__ == "__main__":
    run(fixed_node)
