"""The contracts traded here, and the exchangeInfo answer that describes them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reconciliation.venue.errors import ExchangeError

QUOTE = "USDT"
ORDER_TYPES = (
    "LIMIT",
    "MARKET",
    "STOP",
    "STOP_MARKET",
    "TAKE_PROFIT",
    "TAKE_PROFIT_MARKET",
    "TRAILING_STOP_MARKET",
)
TIMES_IN_FORCE = ("GTC", "IOC", "FOK", "GTX", "GTD")
MIN_NOTIONAL = Decimal(5)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A USDT-margined perpetual contract whose market stands still.

    Attributes:
        name: the exchange's symbol, `BTCUSDT`.
        base: the base asset, `BTC`.
        tick: smallest price step in USDT; its written decimals are the price precision.
        step: smallest quantity step in the base asset, likewise.
        last_price: the last and the mark price in USDT; it never moves, so an order's fate can be foretold.
        lot: an everyday quantity in the base asset, used for seeded history.
        max_quantity: the largest quantity of one order in the base asset.
    """

    name: str
    base: str
    tick: Decimal
    step: Decimal
    last_price: Decimal
    lot: Decimal
    max_quantity: Decimal

    def price_text(self, price: Decimal) -> str:
        """The price as the exchange writes it, with the tick's decimals."""
        return f"{price.quantize(self.tick):f}"

    def quantity_text(self, quantity: Decimal) -> str:
        """The quantity as the exchange writes it, with the step's decimals."""
        return f"{quantity.quantize(self.step):f}"

    @property
    def max_price(self) -> Decimal:
        """The highest price an order may name."""
        return self.last_price * 100

    def check_price(self, price: Decimal) -> None:
        """Raise the exchange's error for a price off the tick grid, too high, or not above zero."""
        if price <= 0:
            raise ExchangeError(-4001, "Price less than 0.")
        if price > self.max_price:
            raise ExchangeError(-4002, "Price greater than max price.")
        if decimals(price) > decimals(self.tick):
            raise ExchangeError(-1111, "Precision is over the maximum defined for this asset.")
        if price % self.tick:
            raise ExchangeError(-4014, "Price not increased by tick size.")

    def check_quantity(self, quantity: Decimal) -> None:
        """Raise the exchange's error for a quantity off the step grid, too large, or not above zero."""
        if quantity <= 0:
            raise ExchangeError(-4003, "Quantity less than or equal to zero.")
        if quantity > self.max_quantity:
            raise ExchangeError(-4005, "Quantity greater than max quantity.")
        if quantity % self.step:
            raise ExchangeError(-1111, "Precision is over the maximum defined for this asset.")


def decimals(value: Decimal) -> int:
    """How many decimals a number is written with."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


SYMBOLS = {
    symbol.name: symbol
    for symbol in (
        Symbol(
            "BTCUSDT",
            "BTC",
            Decimal("0.10"),
            Decimal("0.001"),
            Decimal("100000.00"),
            Decimal("0.010"),
            Decimal(1_000),
        ),
        Symbol(
            "ETHUSDT",
            "ETH",
            Decimal("0.01"),
            Decimal("0.001"),
            Decimal("4000.00"),
            Decimal("0.200"),
            Decimal(10_000),
        ),
        Symbol(
            "SOLUSDT",
            "SOL",
            Decimal("0.0100"),
            Decimal("0.01"),
            Decimal("200.0000"),
            Decimal("5.00"),
            Decimal(1_000_000),
        ),
        Symbol(
            "XRPUSDT",
            "XRP",
            Decimal("0.0001"),
            Decimal("0.1"),
            Decimal("2.5000"),
            Decimal("400.0"),
            Decimal(10_000_000),
        ),
    )
}


def symbol_named(name: str) -> Symbol:
    """The symbol of that name.

    Raises:
        ExchangeError: -1121, there is none.
    """
    try:
        return SYMBOLS[name]
    except KeyError:
        raise ExchangeError(-1121, "Invalid symbol.") from None


def exchange_info(now_ms: int) -> dict[str, Any]:
    """The answer to `GET /fapi/v1/exchangeInfo`."""
    return {
        "timezone": "UTC",
        "serverTime": now_ms,
        "futuresType": "U_MARGINED",
        "rateLimits": [
            {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 2400},
            {"rateLimitType": "ORDERS", "interval": "MINUTE", "intervalNum": 1, "limit": 1200},
            {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 300},
        ],
        "exchangeFilters": [],
        "assets": [{"asset": QUOTE, "marginAvailable": True, "autoAssetExchange": "-10000"}],
        "symbols": [_symbol_info(symbol) for symbol in SYMBOLS.values()],
    }


def _symbol_info(symbol: Symbol) -> dict[str, Any]:
    lot_size = {
        "minQty": symbol.quantity_text(symbol.step),
        "maxQty": symbol.quantity_text(symbol.max_quantity),
        "stepSize": str(symbol.step),
    }
    return {
        "symbol": symbol.name,
        "pair": symbol.name,
        "contractType": "PERPETUAL",
        "deliveryDate": 4_133_404_800_000,  # the exchange's "never", in 2100
        "onboardDate": 1_569_398_400_000,
        "status": "TRADING",
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": symbol.base,
        "quoteAsset": QUOTE,
        "marginAsset": QUOTE,
        "pricePrecision": decimals(symbol.tick),
        "quantityPrecision": decimals(symbol.step),
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": [],
        "settlePlan": 0,
        "triggerProtect": "0.0500",
        "liquidationFee": "0.012500",
        "marketTakeBound": "0.05",
        "filters": [
            {
                "filterType": "PRICE_FILTER",
                "minPrice": str(symbol.tick),
                "maxPrice": symbol.price_text(symbol.max_price),
                "tickSize": str(symbol.tick),
            },
            {"filterType": "LOT_SIZE", **lot_size},
            {"filterType": "MARKET_LOT_SIZE", **lot_size},
            {"filterType": "MAX_NUM_ORDERS", "limit": 200},
            {"filterType": "MIN_NOTIONAL", "notional": str(MIN_NOTIONAL)},
        ],
        "orderTypes": list(ORDER_TYPES),
        "timeInForce": list(TIMES_IN_FORCE),
    }
