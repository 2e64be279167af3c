"""Conditional orders as the venue tells of them."""

import time
from typing import Any, Final

DAY_MS: Final = 86_400_000


def stop_at_venue(**fields: Any) -> dict[str, Any]:
    """A conditional order two days old, as the venue tells of it."""
    created = int(time.time() * 1_000) - 2 * DAY_MS
    return {
        "algoId": 777001,
        "clientAlgoId": "stop-1",
        "algoType": "CONDITIONAL",
        "orderType": "STOP_MARKET",
        "symbol": "BTCUSDT",
        "side": "SELL",
        "positionSide": "BOTH",
        "timeInForce": "GTC",
        "quantity": "0.010",
        "algoStatus": "NEW",
        "triggerPrice": "20000.0",
        "price": "0",
        "workingType": "CONTRACT_PRICE",
        "closePosition": False,
        "reduceOnly": False,
        "createTime": created,
        "updateTime": created,
    } | fields
