"""A user's own program: settings from the environment, a node from them, run until it stops.

It writes what happened to it, a line each, to the file it is given: the engine has stdout to itself.
"""

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from nautilus_trader.common.actor import Actor

from reconciliation import LiveTradingNodeConfig, load
from reconciliation.engine.v1.startup import NodeNotStartedError

if TYPE_CHECKING:
    from reconciliation.engine.v1.builder import NodeBuilder


def tell(words: str) -> None:
    with Path(sys.argv[1]).open("a") as told:
        told.write(f"{words}\n")


class Herald(Actor):  # type: ignore[misc] # the engine is untyped
    """Says that the trader runs, and has had enough."""

    def on_start(self) -> None:
        tell(f"running {self.cache.orders_open_count()}")
        os.kill(os.getpid(), signal.SIGTERM)


def configure(builder: "NodeBuilder") -> None:
    builder.add_actor(Herald())


def main() -> None:
    node = LiveTradingNodeConfig.from_settings(load(env=dict(os.environ))).build_node(configure)
    try:
        node.run()
        tell("stopped")
    except NodeNotStartedError as error:
        tell(f"refused {error.stage}: {error.reason}")
    finally:
        node.dispose()


if __name__ == "__main__":
    main()
