"""Orders, executions, positions and the wallet in the exchange's JSON: REST answers and messages have one form.

Field names and their spelling are the exchange's. What the account has nothing of is empty text or "0", as there.
"""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from reconciliation.venue.bybit.params import LINEAR, SIDES, TIMES_IN_FORCE, TYPES
from reconciliation.venue.figures import money, unrealized
from reconciliation.venue.ledger import DEFAULT_LEVERAGE, MAKER_RATE, TAKER_RATE
from reconciliation.venue.records import Event, Fill, Order, OrderStatus, OrderType, Position, TimeInForce
from reconciliation.venue.symbols import QUOTE, SYMBOLS

STATUSES: Final = {
    OrderStatus.NEW: "New",
    OrderStatus.PARTIALLY_FILLED: "PartiallyFilled",
    OrderStatus.FILLED: "Filled",
    OrderStatus.CANCELED: "Cancelled",
    # What may not rest, or may not trade at once, is cancelled by the exchange; nothing expires there.
    OrderStatus.EXPIRED: "Cancelled",
}

_SIDE_WORDS: Final = {side: word for word, side in SIDES.items()}
_TYPE_WORDS: Final = {kind: word for word, kind in TYPES.items()}
_TIME_WORDS: Final = {time: word for word, time in TIMES_IN_FORCE.items()}


@lru_cache(maxsize=10_000)  # a history is asked for again and again, and hardly an order in it has changed
def order_json(order: Order) -> Mapping[str, Any]:
    """One order."""
    symbol = SYMBOLS[order.symbol]
    remaining = order.remaining if order.is_open else Decimal(0)
    return {
        "category": LINEAR,
        "symbol": order.symbol,
        "orderId": str(order.order_id),
        "orderLinkId": order.client_order_id,
        "blockTradeId": "",
        "side": _SIDE_WORDS[order.side],
        "positionIdx": 0,
        "orderStatus": STATUSES[order.status],
        "createType": "CreateByUser",
        "cancelType": "CancelByUser" if order.status is OrderStatus.CANCELED else "UNKNOWN",
        "rejectReason": _reason(order),
        "timeInForce": "IOC" if order.type is OrderType.MARKET else _TIME_WORDS[order.time_in_force],
        "isLeverage": "",
        "price": "0" if order.type is OrderType.MARKET else symbol.price_text(order.price),
        "qty": symbol.quantity_text(order.quantity),
        "avgPrice": money(order.average_price) if order.filled else "",
        "leavesQty": symbol.quantity_text(remaining),
        "leavesValue": money(remaining * order.price),
        "cumExecQty": symbol.quantity_text(order.filled),
        "cumExecValue": money(order.quote),
        "cumExecFee": "",
        "feeCurrency": QUOTE,
        "orderType": _TYPE_WORDS[order.type],
        "stopOrderType": "",
        "orderIv": "",
        "triggerPrice": "",
        "takeProfit": "",
        "stopLoss": "",
        "tpslMode": "",
        "tpLimitPrice": "",
        "slLimitPrice": "",
        "tpTriggerBy": "",
        "slTriggerBy": "",
        "triggerDirection": 0,
        "triggerBy": "",
        "lastPriceOnCreated": symbol.price_text(symbol.last_price),
        "reduceOnly": order.reduce_only,
        "closeOnTrigger": False,
        "placeType": "",
        "smpType": "None",
        "smpGroup": 0,
        "smpOrderId": "",
        "createdTime": str(order.time_ms),
        "updatedTime": str(order.update_ms),
    }


def _reason(order: Order) -> str:
    if order.status is not OrderStatus.EXPIRED:
        return "EC_NoError"
    is_post_only = order.time_in_force is TimeInForce.GTX
    return "EC_PostOnlyWillTakeLiquidity" if is_post_only else "EC_NoImmediateQtyToFill"


def execution_json(fill: Fill, order: Order) -> dict[str, Any]:
    """One trade of an order, as it stands now."""
    symbol = SYMBOLS[fill.symbol]
    return {
        "category": LINEAR,
        "symbol": fill.symbol,
        "orderId": str(fill.order_id),
        "orderLinkId": fill.client_order_id,
        "side": _SIDE_WORDS[fill.side],
        "orderPrice": symbol.price_text(order.price),
        "orderQty": symbol.quantity_text(order.quantity),
        "leavesQty": symbol.quantity_text(order.remaining),
        "createType": "CreateByUser",
        "orderType": _TYPE_WORDS[order.type],
        "stopOrderType": "",
        "isLeverage": "",
        "execFee": money(fill.commission),
        "execId": str(fill.trade_id),
        "execPrice": symbol.price_text(fill.price),
        "execQty": symbol.quantity_text(fill.quantity),
        "execType": "Trade",
        "execValue": money(fill.price * fill.quantity),
        "execTime": str(fill.time_ms),
        "feeCurrency": QUOTE,
        "isMaker": fill.maker,
        "feeRate": str(MAKER_RATE if fill.maker else TAKER_RATE),
        "tradeIv": "",
        "markIv": "",
        "markPrice": symbol.price_text(symbol.last_price),
        "indexPrice": symbol.price_text(symbol.last_price),
        "underlyingPrice": "",
        "blockTradeId": "",
        "closedSize": "",
        "seq": fill.trade_id,
    }


def position_json(position: Position, leverage: int = DEFAULT_LEVERAGE) -> dict[str, Any]:
    """One position: a flat one has no side."""
    symbol = SYMBOLS[position.symbol]
    side = "" if not position.quantity else "Buy" if position.quantity > 0 else "Sell"
    return {
        "category": LINEAR,
        "positionIdx": 0,
        "riskId": 1,
        "riskLimitValue": "100000000",
        "symbol": position.symbol,
        "side": side,
        "size": symbol.quantity_text(abs(position.quantity)),
        # REST answers call it the one, messages the other.
        "avgPrice": money(position.entry_price) if side else "0",
        "entryPrice": money(position.entry_price) if side else "0",
        "sessionAvgPrice": "",
        "positionValue": money(abs(position.quantity) * position.entry_price),
        "tradeMode": 0,
        "positionStatus": "Normal",
        "autoAddMargin": 0,
        "adlRankIndicator": 0,
        "leverage": str(leverage),
        "positionBalance": "0",
        "markPrice": symbol.price_text(symbol.last_price),
        "liqPrice": "",
        "bustPrice": "",
        "positionMM": "0",
        "positionIM": "0",
        "positionMMByMp": "0",
        "positionIMByMp": "0",
        "tpslMode": "Full",
        "takeProfit": "",
        "stopLoss": "",
        "trailingStop": "0",
        "unrealisedPnl": money(unrealized(position)),
        "curRealisedPnl": money(position.realized_pnl),
        "cumRealisedPnl": money(position.realized_pnl),
        "seq": position.update_ms,
        "isReduceOnly": False,
        "mmrSysUpdatedTime": "",
        "leverageSysUpdatedTime": "",
        "createdTime": str(position.update_ms),
        "updatedTime": str(position.update_ms),
    }


def wallet_json(wallet: Decimal, profit: Decimal) -> dict[str, Any]:
    """The unified account with its one coin.

    Args:
        wallet: its balance, USDT.
        profit: that of the open positions.
    """
    balance, equity = money(wallet), money(wallet + profit)
    coin = {
        "coin": QUOTE,
        "equity": equity,
        "usdValue": equity,
        "walletBalance": balance,
        "availableToWithdraw": "",
        "availableToBorrow": "",
        "borrowAmount": "0",
        "accruedInterest": "0",
        "bonus": "0",
        "locked": "0",
        "spotHedgingQty": "0",
        "spotBorrow": "0",
        "totalOrderIM": "0",
        "totalPositionIM": "0",
        "totalPositionMM": "0",
        "unrealisedPnl": money(profit),
        "cumRealisedPnl": "0",
        "marginCollateral": True,
        "collateralSwitch": True,
    }
    return {
        "accountType": "UNIFIED",
        "accountIMRate": "0",
        "accountMMRate": "0",
        "accountLTV": "0",
        "totalEquity": equity,
        "totalWalletBalance": balance,
        "totalMarginBalance": equity,
        "totalAvailableBalance": balance,
        "totalPerpUPL": money(profit),
        "totalInitialMargin": "0",
        "totalMaintenanceMargin": "0",
        "coin": [coin],
    }


def messages(event: Event, now_ms: int) -> Iterator[tuple[str, str]]:
    """What the private socket says about an event, in order: each topic and its message."""
    rows: list[tuple[str, Mapping[str, Any]]] = [("order", order_json(event.order))]
    if event.fill is not None:
        rows += [
            ("execution", execution_json(event.fill, event.order)),
            ("position", position_json(event.position)),
            ("wallet", wallet_json(event.wallet, unrealized(event.position))),
        ]
    for topic, row in rows:
        message = {
            "id": f"{event.order.order_id}-{topic}-{now_ms}",
            "topic": topic,
            "creationTime": now_ms,
            "data": [row],
        }
        yield topic, json.dumps(message)
