"""A node of recon with every guard; without its accelerations where the settings name none."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from nautilus_trader.live.node import TradingNode

from benchmarks.limits.node import POLL_SECS, Trader, run
from reconciliation import LiveTradingNodeConfig, NodeBuilder, load
from reconciliation.engine.lifecycle import Event, Reconciled, Verified


@asynccontextmanager
async def recon_node(trader: Trader) -> AsyncIterator[TradingNode]:
    """Run it."""

    def configure(builder: NodeBuilder) -> None:
        builder.add_strategy(trader)

    def observe(event: Event) -> None:
        if isinstance(event, Reconciled):
            trader.reconciled["engine"] = event.secs
        elif isinstance(event, Verified):
            trader.reconciled |= {"reconciliation": event.report.duration_secs, "until": time.monotonic()}

    node = LiveTradingNodeConfig.from_settings(load()).build_node(configure, observers=[observe])
    running = asyncio.ensure_future(node.run_async())
    try:
        while not node.is_started:
            if running.done():
                await running
            await asyncio.sleep(POLL_SECS)
        yield node.trading_node
    finally:
        node.stop()
        await running
        node.dispose()


if __name__ == "__main__":
    run(recon_node)
