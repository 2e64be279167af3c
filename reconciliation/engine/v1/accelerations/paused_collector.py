"""The acceleration `paused_collector`: nothing is searched for garbage while a cache loads or a history comes in.

Of the thousands of orders and events that are made then none is garbage, and Python's collector goes through all of
them again and again. Both are one synchronous stretch; at its end what is there is set aside, since the collector would
go through it three times more as soon as it runs, and then it runs as before. A node that is disposed of gives it back.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from nautilus_trader.live.execution_engine import LiveExecutionEngine


@contextmanager
def paused() -> Iterator[None]:
    """Pause the collector, and set aside what there is in the end; only around what awaits nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


def install(engine: LiveExecutionEngine) -> None:
    """Have an engine reconcile each mass status so."""
    reconcile: Callable[[Any], bool] = engine._reconcile_execution_mass_status

    def reconciled(mass_status: Any) -> bool:
        with paused():
            return reconcile(mass_status)

    engine._reconcile_execution_mass_status = reconciled
