"""The contracts traded here, and the exchangeInfo answer that describes them."""

from decimal import Decimal
from typing import Any

from msgspec import Struct

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


class Symbol(Struct, frozen=True):
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
    name: Symbol(name, name.removesuffix(QUOTE), *map(Decimal, figures.split()))
    for name, figures in {
        # tick, step, last price, lot, largest quantity
        "BTCUSDT": "0.10 0.001 100000.00 0.010 1000",
        "ETHUSDT": "0.01 0.001 4000.00 0.200 10000",
        "SOLUSDT": "0.0100 0.01 200.0000 5.00 1000000",
        "XRPUSDT": "0.0001 0.1 2.5000 400.0 10000000",
        "BNBUSDT": "0.010 0.01 900.000 1.00 100000",
        "DOGEUSDT": "0.000010 1 0.200000 5000 50000000",
        "ADAUSDT": "0.00010 1 0.80000 1200 10000000",
        "TRXUSDT": "0.00001 1 0.30000 3000 10000000",
        "LINKUSDT": "0.001 0.01 20.000 50.00 1000000",
        "AVAXUSDT": "0.0010 1 25.0000 40 1000000",
        "LTCUSDT": "0.01 0.001 100.00 10.000 100000",
        "BCHUSDT": "0.01 0.001 500.00 2.000 100000",
        "DOTUSDT": "0.001 0.1 4.000 250.0 1000000",
        "UNIUSDT": "0.0010 1 8.0000 125 1000000",
        "NEARUSDT": "0.0010 1 2.5000 400 1000000",
        "AAVEUSDT": "0.010 0.1 250.000 4.0 10000",
        "ETCUSDT": "0.001 0.01 20.000 50.00 1000000",
        "XLMUSDT": "0.00001 1 0.30000 3000 10000000",
        "FILUSDT": "0.001 0.1 2.000 500.0 1000000",
        "ATOMUSDT": "0.001 0.01 4.000 250.00 1000000",
    }.items()
}
"""By name; twenty, as many as the specification's limits are told for, unless more are listed."""


def list_more(total: int) -> None:
    """Have so many contracts in all: those above twenty are made up, and like each other.

    For a whole process, and before its exchange is made.
    """
    for number in range(len(SYMBOLS) + 1, total + 1):
        name = f"MADEUP{number}{QUOTE}"
        figures = map(Decimal, ["0.001", "0.1", "4.000", "250.0", "1000000"])
        SYMBOLS[name] = Symbol(name, name.removesuffix(QUOTE), *figures)


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
