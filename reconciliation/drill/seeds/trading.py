"""What is traded, by the strategies and by hand, and what the account has traded before."""

from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import Any, Final, NamedTuple

from msgspec import Struct

from reconciliation.drill.schedule import (
    STRATEGIES,
    Amend,
    AnyOperation,
    Cancel,
    Fill,
    Place,
    Seed,
    Side,
    Submit,
    Withdraw,
)

SILENT: Final = 0.3
"""How often the stream loses a message, where it may."""
MEAN_PAUSE_SECS: Final = 6.0
"""Ten orders a minute."""


class Market(NamedTuple):
    """What is traded: its last price, which stands still, and an everyday quantity."""

    symbol: str
    price: Decimal
    lot: Decimal
    tick: Decimal


MARKETS: Final = (
    Market("BTCUSDT", Decimal(100_000), Decimal("0.010"), Decimal("0.1")),
    Market("ETHUSDT", Decimal(4_000), Decimal("0.200"), Decimal("0.01")),
    Market("SOLUSDT", Decimal(200), Decimal("5.00"), Decimal("0.01")),
    Market("XRPUSDT", Decimal("2.5"), Decimal("400.0"), Decimal("0.0001")),
)


class Resting(Struct, frozen=True):
    """An order that may still be there."""

    name: str
    market: Market
    quantity: Decimal
    price: Decimal
    is_ours: bool


class Trading:
    """Draws what strategies and people do.

    Args:
        random: what is drawn from.
        markets: in what may be traded.
    """

    def __init__(self, random: Random, markets: tuple[Market, ...]) -> None:
        self._random = random
        self._markets = markets
        self._resting: list[Resting] = []
        self._count = 0

    def step(self, *, lossy: bool) -> Iterator[AnyOperation]:
        """Draw one step; now and then the stream loses what it brings.

        Args:
            lossy: whether it may.
        """
        draw = self._random.random()
        silent = lossy and self._random.random() < SILENT
        if draw < 0.30:  # noqa: PLR2004 - shares of what is drawn
            yield self._limit()
        elif draw < 0.50:  # noqa: PLR2004
            yield self._market()
        elif draw < 0.56:  # noqa: PLR2004
            yield self._by_hand(silent=silent)
        elif draw < 0.60:  # noqa: PLR2004
            yield self._flip()
        elif self._resting:
            yield self._changed(draw, silent=silent)

    def _name(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count}"

    def _quantity(self, market: Market) -> Decimal:
        return market.lot * self._random.randint(1, 5)

    def _side(self) -> Side:
        return self._random.choice(("BUY", "SELL"))

    def _away(self, market: Market, side: Side) -> Decimal:
        share = Decimal(self._random.randint(20, 200)) / 1_000
        price = market.price * (1 - share if side == "BUY" else 1 + share)
        return (price / market.tick).quantize(Decimal(1)) * market.tick

    def _limit(self) -> AnyOperation:
        market, side = self._random.choice(self._markets), self._side()
        kind = self._random.choices(("GTC", "IOC", "FOK", "GTD", "post"), (70, 8, 6, 8, 8))[0]
        name, quantity, price = self._name("s"), self._quantity(market), self._away(market, side)
        if kind not in {"IOC", "FOK"}:
            self._resting.append(Resting(name, market, quantity, price, is_ours=True))
        values: dict[str, Any] = {"post_only": True} if kind == "post" else {"time_in_force": kind}
        return Submit(
            name=name,
            strategy=self._random.choice(STRATEGIES),
            symbol=market.symbol,
            side=side,
            quantity=quantity,
            price=price,
            **values,
        )

    def _market(self) -> AnyOperation:
        market = self._random.choice(self._markets)
        return Submit(
            name=self._name("s"),
            strategy=self._random.choice(STRATEGIES),
            symbol=market.symbol,
            side=self._side(),
            quantity=self._quantity(market),
            reduce_only=self._random.random() < 0.1,  # noqa: PLR2004
        )

    def _flip(self) -> AnyOperation:
        """Trade more than any position is likely to be, so that it turns over."""
        market = self._random.choice(self._markets)
        return Submit(
            name=self._name("s"),
            strategy=self._random.choice(STRATEGIES),
            symbol=market.symbol,
            side=self._side(),
            quantity=market.lot * 12,
        )

    def _by_hand(self, *, silent: bool) -> AnyOperation:
        market, side = self._random.choice(self._markets), self._side()
        name, quantity = self._name("web_"), self._quantity(market)
        price = None
        if self._random.random() < 0.6:  # noqa: PLR2004
            price = self._away(market, side)
            self._resting.append(Resting(name, market, quantity, price, is_ours=False))
        return Place(name=name, symbol=market.symbol, side=side, quantity=quantity, price=price, silent=silent)

    def _changed(self, draw: float, *, silent: bool) -> AnyOperation:
        index = self._random.randrange(len(self._resting))
        order = self._resting[index]
        if draw < 0.80:  # noqa: PLR2004
            if self._random.random() < 0.5:  # noqa: PLR2004
                del self._resting[index]
                return Fill(name=order.name, silent=silent)
            return Fill(name=order.name, quantity=order.market.lot / 2, silent=silent)
        if draw < 0.86 and order.is_ours:  # noqa: PLR2004
            price = order.price + order.market.tick * self._random.randint(1, 50)
            return Amend(name=order.name, quantity=order.quantity + order.market.lot, price=price)
        del self._resting[index]
        if order.is_ours and draw < 0.95:  # noqa: PLR2004
            return Cancel(name=order.name)
        return Withdraw(name=order.name, silent=silent)


def history(random: Random, markets: tuple[Market, ...]) -> Iterator[AnyOperation]:
    """Draw what the account has traded before, and what rests."""
    for market in markets:
        if random.random() < 0.5:  # noqa: PLR2004
            net = market.lot * random.randint(-4, 4)
            yield Seed(symbol=market.symbol, fills=random.randint(4, 40), open_orders=random.randint(0, 3), net=net)


def trading(
    random: Random, markets: tuple[Market, ...], secs: float, *, lossy: bool
) -> Iterator[tuple[float, AnyOperation]]:
    """Draw what is traded, and how many seconds after the start.

    Args:
        random: where from.
        markets: on which.
        secs: for how long.
        lossy: whether single messages of the stream may be lost.
    """
    trading, now = Trading(random, markets), 1.0
    while now < secs:
        for operation in trading.step(lossy=lossy):
            yield now, operation
        now += random.expovariate(1 / MEAN_PAUSE_SECS)
