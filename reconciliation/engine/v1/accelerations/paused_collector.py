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

from reconciliation.collector import undisturbed


@contextmanager
def paused(*, sets_aside: bool) -> Iterator[None]:
    """Pause the collector; only around what awaits nothing.

    Args:
        sets_aside: whether what there is in the end is set aside; its garbage too, so not again and again.
    """
    with undisturbed():
        try:
            yield
        finally:
            if sets_aside:
                gc.freeze()


def install(engine: LiveExecutionEngine) -> None:
    """Have an engine reconcile each mass status so."""
    reconcile: Callable[[Any], bool] = engine._reconcile_execution_mass_status
    is_first = True

    def reconciled(mass_status: Any) -> bool:
        nonlocal is_first
        sets_aside, is_first = is_first, False
        with paused(sets_aside=sets_aside):
            return reconcile(mass_status)

    engine._reconcile_execution_mass_status = reconciled
