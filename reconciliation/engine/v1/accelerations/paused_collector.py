"""The acceleration `paused_collector`: nothing is searched for garbage while a cache loads or a history comes in.

Of the thousands of orders and events that are made then none is garbage, and Python's collector goes through all of
them again and again. Both are one synchronous stretch; at its end what is there is set aside, since the collector would
go through it three times more as soon as it runs, and then it runs as before. A node that is disposed of gives it back.
"""

from typing import TYPE_CHECKING, Any

from nautilus_trader.live.execution_engine import LiveExecutionEngine

from reconciliation.collector import undisturbed

if TYPE_CHECKING:
    from collections.abc import Callable


def install(engine: LiveExecutionEngine) -> None:
    """Have an engine reconcile each mass status so."""
    reconcile: Callable[[Any], bool] = engine._reconcile_execution_mass_status
    is_first = True

    def reconciled(mass_status: Any) -> bool:
        nonlocal is_first
        sets_aside, is_first = is_first, False
        with undisturbed(sets_aside=sets_aside):
            return reconcile(mass_status)

    engine._reconcile_execution_mass_status = reconciled
