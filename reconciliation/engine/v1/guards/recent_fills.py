"""Which fills are known: those that an order holds, and no others.

Beside them the engine takes for known, for a minute, whatever trade id it has booked lately, of whatever instrument.
At most venues a trade id is an instrument's own: a trade that the position check finds and that bears the number of one
of another instrument is left out, and the engine makes an order up for the difference. What has been handled stands in
its order at once, so that nothing else is lost with it. Read and measured with 1.231.0.
"""

from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.model.identifiers import TradeId


class NoOnesFills(dict[TradeId, int]):
    """What the engine notes of recent fills, and asks nobody about."""

    def __contains__(self, key: object) -> bool:
        """Return that it is not there."""
        return False


def ask_orders_alone(engine: LiveExecutionEngine) -> None:
    """Have an engine ask its orders which fills are known."""
    engine._recent_fills_cache = NoOnesFills(engine._recent_fills_cache)
