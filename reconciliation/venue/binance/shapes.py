"""Orders, trades, positions and the account in the exchange's JSON.

Field names and their spelling are the exchange's; the fields are those the adapter's decoders require and
those a reader of the exchange's documentation would look for.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from reconciliation.venue.figures import money, unrealized
from reconciliation.venue.ledger import Ledger
from reconciliation.venue.records import Event, Execution, Fill, Order, OrderType, Position
from reconciliation.venue.symbols import QUOTE, SYMBOLS

ZERO = "0.00000000"


@lru_cache(maxsize=10_000)  # a history is asked for again and again, and hardly an order in it has changed
def order_json(order: Order) -> Mapping[str, Any]:
    """One order, as REST calls answer it."""
    symbol = SYMBOLS[order.symbol]
    return {
        "orderId": order.order_id,
        "symbol": order.symbol,
        "status": order.status,
        "clientOrderId": order.client_order_id,
        "price": _limit_price(order),
        "avgPrice": money(order.average_price),
        "origQty": symbol.quantity_text(order.quantity),
        "executedQty": symbol.quantity_text(order.filled),
        "cumQty": symbol.quantity_text(order.filled),
        "cumQuote": money(order.quote),
        "timeInForce": order.time_in_force,
        "type": order.type,
        "origType": order.type,
        "reduceOnly": order.reduce_only,
        "closePosition": False,
        "side": order.side,
        "positionSide": "BOTH",
        "stopPrice": "0",
        "workingType": "CONTRACT_PRICE",
        "priceProtect": False,
        "priceMatch": "NONE",
        "selfTradePreventionMode": "NONE",
        "goodTillDate": order.good_till_ms,
        "time": order.time_ms,
        "updateTime": order.update_ms,
    }


def trade_json(fill: Fill) -> dict[str, Any]:
    """One trade, as userTrades answers it."""
    symbol = SYMBOLS[fill.symbol]
    return {
        "symbol": fill.symbol,
        "id": fill.trade_id,
        "orderId": fill.order_id,
        "side": fill.side,
        "positionSide": "BOTH",
        "price": symbol.price_text(fill.price),
        "qty": symbol.quantity_text(fill.quantity),
        "quoteQty": money(fill.price * fill.quantity),
        "realizedPnl": money(fill.realized_pnl),
        "commission": money(fill.commission),
        "commissionAsset": QUOTE,
        "marginAsset": QUOTE,
        "buyer": fill.side == "BUY",
        "maker": fill.maker,
        "time": fill.time_ms,
    }


def position_risk_json(ledger: Ledger, position: Position) -> dict[str, Any]:
    """One position, as positionRisk answers it: the fields of v2 and of v3 together."""
    symbol = SYMBOLS[position.symbol]
    return {
        "symbol": position.symbol,
        "positionSide": "BOTH",
        "positionAmt": symbol.quantity_text(position.quantity),
        "entryPrice": money(position.entry_price),
        "breakEvenPrice": money(position.entry_price),
        "markPrice": money(symbol.last_price),
        "unRealizedProfit": money(unrealized(position)),
        "liquidationPrice": "0",
        "isolatedMargin": ZERO,
        "notional": money(position.quantity * symbol.last_price),
        "marginAsset": QUOTE,
        "isolatedWallet": "0",
        "marginType": "cross",
        "isAutoAddMargin": "false",
        "leverage": str(ledger.leverages[position.symbol]),
        "maxNotionalValue": "100000000",
        "initialMargin": ZERO,
        "maintMargin": ZERO,
        "positionInitialMargin": ZERO,
        "openOrderInitialMargin": ZERO,
        "adl": 0,
        "bidNotional": "0",
        "askNotional": "0",
        "updateTime": position.update_ms,
    }


def account_json(ledger: Ledger) -> dict[str, Any]:
    """The account with its one asset and every symbol's position, flat ones too."""
    positions = list(ledger.positions.values())
    profit = sum((unrealized(position) for position in positions), Decimal(0))
    wallet, margin = money(ledger.wallet), money(ledger.wallet + profit)
    asset = {
        "asset": QUOTE,
        "walletBalance": wallet,
        "unrealizedProfit": money(profit),
        "marginBalance": margin,
        "maintMargin": ZERO,
        "initialMargin": ZERO,
        "positionInitialMargin": ZERO,
        "openOrderInitialMargin": ZERO,
        "crossWalletBalance": wallet,
        "crossUnPnl": money(profit),
        "availableBalance": wallet,
        "maxWithdrawAmount": wallet,
        "marginAvailable": True,
        "updateTime": ledger.last_update_ms,
    }
    return {
        "feeTier": 0,
        "canTrade": True,
        "canDeposit": True,
        "canWithdraw": True,
        "multiAssetsMargin": False,
        "updateTime": ledger.now_ms(),
        "totalInitialMargin": ZERO,
        "totalMaintMargin": ZERO,
        "totalWalletBalance": wallet,
        "totalUnrealizedProfit": money(profit),
        "totalMarginBalance": margin,
        "totalPositionInitialMargin": ZERO,
        "totalOpenOrderInitialMargin": ZERO,
        "totalCrossWalletBalance": wallet,
        "totalCrossUnPnl": money(profit),
        "availableBalance": wallet,
        "maxWithdrawAmount": wallet,
        "assets": [asset],
        "positions": [_account_position_json(ledger, position) for position in positions],
    }


def order_trade_update(event: Event, now_ms: int) -> dict[str, Any]:
    """The ORDER_TRADE_UPDATE message of an event."""
    order, fill = event.order, event.fill
    symbol = SYMBOLS[order.symbol]
    traded: dict[str, Any] = {"l": symbol.quantity_text(Decimal(0)), "L": "0", "t": 0, "m": False, "rp": "0"}
    if fill is not None:
        traded = {
            "l": symbol.quantity_text(fill.quantity),
            "L": symbol.price_text(fill.price),
            "N": QUOTE,
            "n": money(fill.commission),
            "t": fill.trade_id,
            "m": fill.maker,
            "rp": money(fill.realized_pnl),
        }
    data = {
        "s": order.symbol,
        "c": order.client_order_id,
        "S": order.side,
        "o": order.type,
        "f": order.time_in_force,
        "q": symbol.quantity_text(order.quantity),
        "p": _limit_price(order),
        "ap": money(order.average_price) if order.filled else "0",
        "sp": "0",
        "x": event.execution,
        "X": order.status,
        "i": order.order_id,
        "z": symbol.quantity_text(order.filled),
        **traded,
        "T": order.update_ms,
        "b": "0",
        "a": "0",
        "R": order.reduce_only,
        "wt": "CONTRACT_PRICE",
        "ot": order.type,
        "ps": "BOTH",
        "cp": False,
        "pP": False,
        "si": 0,
        "ss": 0,
        "V": "NONE",
        "pm": "NONE",
        "gtd": order.good_till_ms,
    }
    return {"e": "ORDER_TRADE_UPDATE", "E": now_ms, "T": order.update_ms, "o": data}


def account_update(event: Event, now_ms: int) -> dict[str, Any]:
    """The ACCOUNT_UPDATE message that follows a trade."""
    position = event.position
    wallet = money(event.wallet)
    return {
        "e": "ACCOUNT_UPDATE",
        "E": now_ms,
        "T": event.order.update_ms,
        "a": {
            "m": "ORDER",
            "B": [{"a": QUOTE, "wb": wallet, "cw": wallet, "bc": "0"}],
            "P": [
                {
                    "s": position.symbol,
                    "pa": SYMBOLS[position.symbol].quantity_text(position.quantity),
                    "ep": money(position.entry_price),
                    "bep": money(position.entry_price),
                    "cr": money(position.realized_pnl),
                    "up": money(unrealized(position)),
                    "mt": "cross",
                    "iw": "0",
                    "ps": "BOTH",
                    "ma": QUOTE,
                }
            ],
        },
    }


def messages(event: Event, now_ms: int) -> list[dict[str, Any]]:
    """What a user stream says about an event, in order."""
    told = [order_trade_update(event, now_ms)]
    if event.execution is Execution.TRADE:
        told.append(account_update(event, now_ms))
    return told


def listen_key_expired(listen_key: str, now_ms: int) -> dict[str, Any]:
    """The message that ends a user stream whose key was not kept alive."""
    return {"e": "listenKeyExpired", "E": now_ms, "listenKey": listen_key}


def _limit_price(order: Order) -> str:
    return "0" if order.type is OrderType.MARKET else SYMBOLS[order.symbol].price_text(order.price)


def _account_position_json(ledger: Ledger, position: Position) -> dict[str, Any]:
    risk = position_risk_json(ledger, position)
    same = (
        "symbol",
        "positionSide",
        "positionAmt",
        "entryPrice",
        "breakEvenPrice",
        "leverage",
        "initialMargin",
        "maintMargin",
        "positionInitialMargin",
        "openOrderInitialMargin",
        "notional",
        "isolatedWallet",
        "bidNotional",
        "askNotional",
        "updateTime",
    )
    return {
        **{name: risk[name] for name in same},
        "unrealizedProfit": risk["unRealizedProfit"],
        "isolated": False,
        "maxNotional": risk["maxNotionalValue"],
    }
