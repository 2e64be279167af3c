"""The strategy that all nodes have: it tells when the trader runs. It imports the engine alone."""

import json
import os
import time
from typing import Final

from nautilus_trader.config import StrategyConfig
from nautilus_trader.trading.strategy import Strategy

HANDLE: Final = "BOOT_HANDLE"
"""The variable that names the file descriptor which takes what is told, a JSON object a line."""


def tell(step: str) -> None:
    """Tell that a step of the boot is done: when, on the clock that all processes share, and at what processor time."""
    told = {"step": step, "at": time.monotonic(), "cpu": time.process_time()}
    os.write(int(os.environ[HANDLE]), f"{json.dumps(told)}\n".encode())


class Telling(Strategy):  # type: ignore[misc] # the engine is untyped
    """Tells when it is started."""

    def on_start(self) -> None:
        """Tell that the trader runs."""
        tell("running")


def strategy() -> Telling:
    """Return one that is not added yet."""
    return Telling(StrategyConfig(strategy_id="BOOT", order_id_tag="001"))
