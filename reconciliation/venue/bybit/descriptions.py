"""What the exchange tells of its contracts, its fees and the account, whatever has happened there."""

from typing import Any

from reconciliation.venue.credentials import KeyPair
from reconciliation.venue.ledger import MAKER_RATE, TAKER_RATE
from reconciliation.venue.symbols import MIN_NOTIONAL, QUOTE, SYMBOLS, Symbol, decimals

MAX_LEVERAGE = 100
LAUNCHED_MS = "1569398400000"


def instrument_json(symbol: Symbol) -> dict[str, Any]:
    """One contract, as `instruments-info` answers it."""
    largest = symbol.quantity_text(symbol.max_quantity)
    return {
        "symbol": symbol.name,
        "contractType": "LinearPerpetual",
        "status": "Trading",
        "baseCoin": symbol.base,
        "quoteCoin": QUOTE,
        "settleCoin": QUOTE,
        "symbolType": "",
        "launchTime": LAUNCHED_MS,
        "deliveryTime": "0",
        "deliveryFeeRate": "",
        "priceScale": str(decimals(symbol.tick)),
        "leverageFilter": {"minLeverage": "1", "maxLeverage": f"{MAX_LEVERAGE}.00", "leverageStep": "0.01"},
        "priceFilter": {
            "minPrice": str(symbol.tick),
            "maxPrice": symbol.price_text(symbol.max_price),
            "tickSize": str(symbol.tick),
        },
        "lotSizeFilter": {
            "maxOrderQty": largest,
            "minOrderQty": symbol.quantity_text(symbol.step),
            "qtyStep": str(symbol.step),
            "postOnlyMaxOrderQty": largest,
            "maxMktOrderQty": largest,
            "minNotionalValue": str(MIN_NOTIONAL),
        },
        "unifiedMarginTrade": True,
        "fundingInterval": 480,
        "copyTrading": "none",
        "isPreListing": False,
    }


def fees_json(name: str | None) -> list[dict[str, str]]:
    """The fee rates of a contract, or of all."""
    return [
        {"symbol": symbol, "takerFeeRate": str(TAKER_RATE), "makerFeeRate": str(MAKER_RATE)}
        for symbol in SYMBOLS
        if name in {None, symbol}
    ]


def account_json(now_ms: int) -> dict[str, Any]:
    """The account's kind: a unified one in cross margin."""
    return {
        "unifiedMarginStatus": 5,
        "marginMode": "REGULAR_MARGIN",
        "isMasterTrader": False,
        "spotHedgingStatus": "OFF",
        "updatedTime": str(now_ms),
        "dcpStatus": "OFF",
        "timeWindow": 10,
        "smpGroup": 0,
    }


def api_key_json(keys: KeyPair) -> dict[str, Any]:
    """The API key and what it may do."""
    return {
        "id": "1",
        "note": "local",
        "apiKey": keys.api_key,
        "readOnly": 0,
        "secret": "",
        "permissions": {"ContractTrade": ["Order", "Position"], "Derivatives": ["DerivativesTrade"]},
        "ips": ["*"],
        "type": 1,
        "deadlineDay": 90,
        "expiredAt": "2100-01-01T00:00:00Z",
        "createdAt": "2020-01-01T00:00:00Z",
        "unified": 0,
        "uta": 1,
        "userID": 1,
        "inviterID": 0,
        "vipLevel": "No VIP",
        "mktMakerLevel": "0",
        "affiliateID": 0,
        "rsaPublicKey": "",
        "isMaster": True,
        "parentUid": "0",
        "kycLevel": "LEVEL_DEFAULT",
        "kycRegion": "",
    }
