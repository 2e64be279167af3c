"""The strategy that all nodes have: it tells when the trader runs. It imports nothing of recon."""

import time

from nautilus_trader.config import StrategyConfig
from nautilus_trader.trading.strategy import Strategy

from benchmarks import measured_process


def tell(step: str) -> None:
    """Tell that a step of the boot is done: when, on the clock that all processes share, and at what processor time."""
    measured_process.tell(step=step, at=time.monotonic(), cpu=time.process_time())


class Telling(Strategy):  # type: ignore[misc] # the engine is untyped
    """Tells when it is started."""

    def on_start(self) -> None:
        """Tell that the trader runs."""
        tell("running")


def strategy() -> Telling:
    """Return one that is not added yet."""
    return Telling(StrategyConfig(strategy_id="BOOT", order_id_tag="001"))
