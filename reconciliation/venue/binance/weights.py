"""What a call weighs, and how much weight was used up in the minute: a limit of the address, of which answers tell.

Weights are those of the venue's own documentation (USDS-margined futures REST API, the page of each call). Nobody is
refused for them here: that is a fault to order.
"""

from collections.abc import Callable
from typing import Final

from reconciliation.venue.wire import query_values

HEADER: Final = "x-mbx-used-weight-1m"
_WINDOW_MS: Final = 60_000
_WEIGHTS: Final = {
    "POST /fapi/v1/order": 0,
    "PUT /fapi/v1/order": 0,
    "GET /fapi/v1/allOrders": 5,
    "GET /fapi/v1/allAlgoOrders": 5,
    "GET /fapi/v1/userTrades": 5,
    "GET /fapi/v2/account": 5,
    "GET /fapi/v3/account": 5,
    "GET /fapi/v2/positionRisk": 5,
    "GET /fapi/v3/positionRisk": 5,
    "GET /fapi/v1/symbolConfig": 5,
    "GET /fapi/v1/commissionRate": 20,
    "GET /fapi/v1/positionSide/dual": 30,
}
_OF_EVERY_SYMBOL: Final = {"GET /fapi/v1/openOrders": 40, "GET /fapi/v1/openAlgoOrders": 40}
"""What a call weighs that names no symbol; with one it weighs 1, as every other call does."""


class Weights:
    """Counts the weight of calls, anew with each minute of the venue's clock.

    Args:
        now_ms: the venue's time, milliseconds since the epoch.
    """

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._window = 0
        self._used = 0

    def add(self, name: str, query: str) -> int:
        """Count one call, by its method and path, and return what the minute has used up."""
        window = self._now_ms() // _WINDOW_MS
        if window != self._window:
            self._window, self._used = window, 0
        self._used += weight_of(name, query)
        return self._used


def weight_of(name: str, query: str) -> int:
    """Return what a call weighs, by its method and path and its query."""
    if name in _OF_EVERY_SYMBOL and "symbol" not in query_values(query):
        return _OF_EVERY_SYMBOL[name]
    return _WEIGHTS.get(name, 1)
