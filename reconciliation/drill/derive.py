"""From a seed to a schedule: what is traded, what goes wrong, and when.

Every option that is drawn stands in the schedule, so that it can be read, cut down and played again without the seed.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any, Final, NamedTuple

from reconciliation.drill.schedule import (
    STRATEGIES,
    Amend,
    AnyOperation,
    Boot,
    Cancel,
    Fail,
    Fill,
    Kill,
    Lag,
    Mend,
    Place,
    Reach,
    Repeat,
    Schedule,
    Seed,
    Side,
    Skew,
    Stop,
    Stream,
    Submit,
    Until,
    Wait,
    Withdraw,
    ending,
)

CLAIMS: Final = {"BTCUSDT-PERP.BINANCE": "DRILL-001", "SOLUSDT-PERP.BINANCE": "DRILL-002"}
"""ETHUSDT and XRPUSDT are claimed by nobody."""
MEAN_PAUSE_SECS: Final = 6.0
"""Ten orders a minute."""
LIKELY: Final = 0.3
"""How likely a kind of fault takes part in a run."""
KILLED_EVERY_SECS: Final = 60.0


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


class Dated(NamedTuple):
    """An operation and when it is due, seconds since the node started."""

    secs: float
    number: int
    operation: AnyOperation


@dataclass(frozen=True, slots=True)
class Resting:
    """An order that may still be there."""

    name: str
    market: Market
    quantity: Decimal
    price: Decimal
    is_ours: bool


class Trading:
    """Draws what strategies and people do."""

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
        silent = lossy and self._random.random() < LIKELY
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


# -- Faults ------------------------------------------------------------------------------------------

Episode = Callable[[Random], Iterable[tuple[float, AnyOperation]]]
"""Draws one occurrence of a fault: operations and how long after its beginning each comes."""

REPORTS: Final = (
    "GET /fapi/v1/openOrders",
    "GET /fapi/v1/allOrders",
    "GET /fapi/v1/userTrades",
    "GET /fapi/v1/order",
    "GET /fapi/v3/positionRisk",
)
_BUSY: Final = {"code": -1003, "msg": "Too many requests."}
_UNKNOWN: Final = {"code": -1007, "msg": "Timeout waiting for response from backend server. Send status unknown."}


def _lasting(begin: AnyOperation, end: AnyOperation, secs: float) -> list[tuple[float, AnyOperation]]:
    return [(0.0, begin), (secs, end)]


def _mute(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    return _lasting(Stream(action="mute"), Stream(action="unmute"), random.uniform(1, 40))


def _half_open(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    return _lasting(Stream(action="freeze"), Stream(action="drop"), random.uniform(5, 60))


def _flapping(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    period = random.uniform(0.5, 5)
    return [(number * period, Stream(action="drop")) for number in range(random.randint(1, 6))]


def _expired(random: Random) -> Iterable[tuple[float, AnyOperation]]:  # noqa: ARG001 - as the others
    return [(0.0, Stream(action="expire"))]


def _lag(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    return _lasting(Lag(secs=random.uniform(0.2, 8)), Lag(secs=0), random.uniform(5, 60))


def _repeat(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    return _lasting(Repeat(copies=random.randint(2, 5)), Repeat(copies=1), random.uniform(5, 60))


def _away(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    return _lasting(Reach(reachable=False), Reach(reachable=True), random.choice((3, 15, 30, 60)))


def _unavailable(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    fault = Fail(call="*", status=503, apply=random.random() < 0.5)  # noqa: PLR2004
    return _lasting(fault, Mend(), random.uniform(1, 60))


def _hanging(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    fault = Fail(call="*", delay_secs=random.uniform(5, 60), apply=random.random() < 0.5)  # noqa: PLR2004
    return _lasting(fault, Mend(), random.uniform(1, 40))


def _slow(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    return _lasting(Fail(call="*", delay_secs=random.uniform(0.3, 4)), Mend(), random.uniform(5, 60))


def _submissions(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    call = random.choice(("POST /fapi/v1/order", "DELETE /fapi/v1/order", "PUT /fapi/v1/order"))
    times = random.randint(1, 3)
    kind = random.choice(("lost", "unknown", "busy"))
    if kind == "lost":
        fault = Fail(call=call, drop=True, apply=random.random() < 0.7, times=times)  # noqa: PLR2004
    elif kind == "unknown":
        fault = Fail(call=call, status=408, body=_UNKNOWN, apply=random.random() < 0.7, times=times)  # noqa: PLR2004
    else:
        fault = Fail(call=call, status=503, apply=random.random() < 0.5, times=times)  # noqa: PLR2004
    return _lasting(fault, Mend(), random.uniform(20, 60))


def _reports(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    answers: tuple[dict[str, Any], ...] = (
        {"status": 500},
        {"status": 429, "body": _BUSY},
        {"status": 418, "body": _BUSY},
        {"body": "[{"},
        {"body": "<html>busy</html>"},
        {"delay_secs": 30.0},
        {"drop": True},
    )
    fault = Fail(call=random.choice(REPORTS), **random.choice(answers))
    return _lasting(fault, Mend(), random.uniform(5, 60))


def _empty_positions(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    return _lasting(Fail(call="GET /fapi/v3/positionRisk", body=[]), Mend(), random.uniform(5, 60))


def _skew(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    return _lasting(Skew(ms=random.choice((-2_000, -500, 500, 2_000))), Skew(ms=0), random.uniform(5, 60))


def _restart(random: Random) -> Iterable[tuple[float, AnyOperation]]:
    down = random.uniform(0, 20)
    end: AnyOperation = Stop() if random.random() < 0.3 else Kill(lost_writes=random.randint(0, 3))  # noqa: PLR2004
    return [(0.0, end), (down, Boot())]


FAULTS: Final[dict[str, Episode]] = {
    "mute": _mute,
    "half-open": _half_open,
    "flapping": _flapping,
    "listen key expired": _expired,
    "lag": _lag,
    "repeated messages": _repeat,
    "away": _away,
    "503": _unavailable,
    "hanging": _hanging,
    "slow": _slow,
    "submissions": _submissions,
    "reports": _reports,
    "empty positions": _empty_positions,
    "skew": _skew,
    "restart": _restart,
}
"""By name. Beside these, single messages of the stream are lost in runs that draw `lost messages`."""


def derive(seed: int, *, minutes: float, settle_secs: float, silence_secs: float, kills: bool = False) -> Schedule:
    """Return the schedule of a seed.

    Args:
        seed: everything is drawn from it.
        minutes: how long is traded, under faults.
        settle_secs: within which node and venue must agree once everything works again.
        silence_secs: for how long nothing may be corrected after that.
        kills: also kill the node about every minute.
    """
    random = Random(seed)  # noqa: S311 - a run is to be repeated, not to be secret
    markets = tuple(random.sample(MARKETS, random.randint(1, len(MARKETS))))
    chosen = [name for name in FAULTS if random.random() < LIKELY]
    lossy = random.random() < LIKELY
    dated = [
        *_trading(random, markets, minutes * 60, lossy=lossy),
        *_episodes(random, chosen, minutes * 60),
    ]
    if kills:
        dated += _kills(random, minutes * 60)
    numbered = sorted(Dated(secs, number, operation) for number, (secs, operation) in enumerate(dated))
    return Schedule(
        name="seed",
        seed=seed,
        claims=CLAIMS,
        operations=(
            *_history(random, markets),
            Boot(),
            Until(event="Started"),
            *_with_waits(numbered),
            *ending(settle_secs, silence_secs, _late_secs(dated)),
        ),
    )


def _late_secs(dated: Iterable[tuple[float, AnyOperation]]) -> float:
    """Return how late an answer can come after all faults have ended."""
    return max((operation.delay_secs for _, operation in dated if isinstance(operation, Fail)), default=0.0)


def _history(random: Random, markets: tuple[Market, ...]) -> Iterator[AnyOperation]:
    for market in markets:
        if random.random() < 0.5:  # noqa: PLR2004
            net = market.lot * random.randint(-4, 4)
            yield Seed(symbol=market.symbol, fills=random.randint(4, 40), open_orders=random.randint(0, 3), net=net)


def _trading(
    random: Random, markets: tuple[Market, ...], secs: float, *, lossy: bool
) -> Iterator[tuple[float, AnyOperation]]:
    trading, now = Trading(random, markets), 1.0
    while now < secs:
        for operation in trading.step(lossy=lossy):
            yield now, operation
        now += random.expovariate(1 / MEAN_PAUSE_SECS)


def _episodes(random: Random, chosen: list[str], secs: float) -> Iterator[tuple[float, AnyOperation]]:
    for name in chosen:
        for _ in range(random.randint(1, max(1, int(secs / 150)))):
            begin = random.uniform(0, secs)
            for after, operation in FAULTS[name](random):
                yield begin + after, operation


def _kills(random: Random, secs: float) -> Iterator[tuple[float, AnyOperation]]:
    now = random.uniform(0.5, 1.5) * KILLED_EVERY_SECS
    while now < secs:
        yield now, Kill(lost_writes=random.randint(0, 3))
        yield now + random.uniform(0, 10), Boot()
        now += random.uniform(0.5, 1.5) * KILLED_EVERY_SECS


def _with_waits(dated: list[Dated]) -> Iterator[AnyOperation]:
    now = 0.0
    for secs, _, operation in dated:
        if secs > now:
            yield Wait(secs=round(secs - now, 3))
            now = secs
        yield operation
