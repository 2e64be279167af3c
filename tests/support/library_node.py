"""A user's own program: settings from the environment, a node from them, run until it stops.

It writes what happened to it, a line each, to the file it is given: the engine has stdout to itself.
"""

import asyncio
import gc
import os
import signal
import sys
from pathlib import Path

from nautilus_trader.common.actor import Actor

from reconciliation import LiveTradingNodeConfig, NodeBuilder, NodeNotStartedError, ReconError, load
from reconciliation.engine.lifecycle import Event, Started, Verified


def tell(words: str) -> None:
    with Path(sys.argv[1]).open("a") as told:
        told.write(f"{words}\n")


class Herald(Actor):  # type: ignore[misc] # the engine is untyped
    """Says that the trader runs, and has had enough."""

    def on_start(self) -> None:
        tell(f"running {self.cache.orders_open_count()}")
        os.kill(os.getpid(), signal.SIGTERM)


def configure(builder: NodeBuilder) -> None:
    builder.add_actor(Herald())


def observe(event: Event) -> None:
    tell(f"event {type(event).__name__}" + (f" {event.report.reconciled}" if isinstance(event, Verified) else ""))


async def cancelled() -> None:
    """Run the node on a loop of one's own, be cancelled, dispose of it, and go on with other work."""
    node = LiveTradingNodeConfig.from_settings(load(env=dict(os.environ))).build_node(observers=[observe])
    started = asyncio.Event()
    node.observe(lambda event: started.set() if isinstance(event, Started) else None)
    running = asyncio.ensure_future(node.run_async())
    await started.wait()
    try:
        node.run()
    except ReconError as error:
        tell(f"run: {error}")
    running.cancel()
    await asyncio.wait({running})
    tell(f"cancelled {running.cancelled()}, running {node.trading_node.trader.is_running}")
    tell(f"memory set aside {gc.get_freeze_count() > 0}")
    node.dispose()
    tell(f"memory set aside {gc.get_freeze_count() > 0}")
    await asyncio.sleep(0.01)
    tell("other work goes on")


def elsewhere() -> None:
    """Build the node outside of the loop that is to run it."""
    node = LiveTradingNodeConfig.from_settings(load(env=dict(os.environ))).build_node(observers=[])
    try:
        asyncio.run(node.run_async())
    except ReconError as error:
        tell(f"run_async: {error}")
    finally:
        node.dispose()


def main() -> None:
    if "cancelled" in sys.argv:
        asyncio.run(cancelled())
        return
    if "elsewhere" in sys.argv:
        elsewhere()
        return
    config = LiveTradingNodeConfig.from_settings(load(env=dict(os.environ)))
    try:
        node = config.build_node(configure, observers=[observe] if "observed" in sys.argv else None)
    except ReconError as error:
        tell(f"not built: {type(error).__name__}, exit {int(error.exit_code)}: {error}")
        return
    try:
        node.run()
        tell(f"stopped {node.report is not None and node.report.reconciled} {[found.id for found in node.findings]}")
    except NodeNotStartedError as error:
        tell(f"refused {error.stage}: {error.reason}")
    finally:
        node.dispose()


if __name__ == "__main__":
    main()
