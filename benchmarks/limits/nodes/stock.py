"""A node as it is without recon, but for the values of its settings. Nothing of recon is imported."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from nautilus_trader.adapters.binance import BinanceLiveDataClientFactory, BinanceLiveExecClientFactory
from nautilus_trader.live.node import TradingNode

from benchmarks.limits.node import POLL_SECS, Trader, run
from benchmarks.stock_config import VENUE, stock_config


@asynccontextmanager
async def stock_node(trader: Trader, factory: Any = BinanceLiveExecClientFactory) -> AsyncIterator[TradingNode]:
    """Run it."""
    node = TradingNode(config=stock_config())
    node.trader.add_strategy(trader)
    node.add_data_client_factory(VENUE, BinanceLiveDataClientFactory)
    node.add_exec_client_factory(VENUE, factory)
    node.build()
    engine = node.kernel.exec_engine
    reconcile = engine.reconcile_execution_state

    async def timed(**given: Any) -> Any:
        begun = time.monotonic()
        done = await reconcile(**given)
        trader.reconciled = dict.fromkeys(("engine", "reconciliation"), time.monotonic() - begun)
        return done

    engine.reconcile_execution_state = timed
    running = asyncio.ensure_future(node.run_async())
    try:
        while not trader.is_running:
            if running.done():
                raise RuntimeError("the stock node ended without having started")
            await asyncio.sleep(POLL_SECS)
        yield node
    finally:
        await node.stop_async()
        running.cancel()
        node.kernel.dispose()  # what the cache has still to write is written


if __name__ == "__main__":
    run(stock_node)
