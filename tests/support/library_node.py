"""A user's own program: settings from the environment, a node from them, run until it stops.

It writes what happened to it, a line each, to the file it is given: the engine has stdout to itself.
"""

import os
import signal
import sys
from pathlib import Path

from nautilus_trader.common.actor import Actor

from reconciliation import LiveTradingNodeConfig, NodeBuilder, NodeNotStartedError, ReconError, load
from reconciliation.engine.lifecycle import Event, Verified


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


def main() -> None:
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
