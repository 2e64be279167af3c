"""What venues allow, and what the calls of the engine's checks cost there: one table, with the source of each number.

The calls of Binance USD-M were counted in the request log of a venue. Those of the others were read in their adapters
only, so that what they add up to is an estimate.
"""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct, field

type Part = Literal["preflight", "connection", "reconciliation", "verification"]
"""Of a boot: what asks before there is a node, its clients as they connect, the engine, and the comparison after it."""

PAGE: Final = 1_000
"""How many rows Binance answers a question for orders or trades with, at the most, and as many are asked for."""
AT_ONCE: Final = 8
"""Of how many symbols something is asked at a time for one report, with the acceleration `concurrent_queries`.

The adapter means to pace orders to one a second and does not, since its quota has another name (measured); if it did,
the last of so many would be answered within the ten seconds that a request has.
"""


class Call(Struct, frozen=True):
    """One call and what it costs in the venue's unit."""

    name: str
    cost: float = 1.0
    is_paged: bool = False
    """Whether the guard `history` asks on when the lookback spans more than one of the venue's windows."""


class Calls(Struct, frozen=True, kw_only=True):
    """The calls of each check.

    Attributes:
        open_check: each open check.
        closed: on top, when it asks for closed orders too.
        closed_per_symbol: on top, when it asks for closed orders too, for each active symbol.
        one_order: a query of one order that the venue knows.
        unknown_order: on top, when it does not know it.
        position_check: each position check.
        mismatch: on top, for each symbol that differs.
        mismatch_per_symbol: on top, for each symbol that differs times each active symbol.
        absence: on top, by the guard `account_positions`, when a position is left out.
        at_start: each boot, by what asks and with how often, whatever the history; empty where that was not counted.
        history_per_symbol: on top, as part of the reconciliation, a page for each active symbol: its orders, its
            trades, its conditional orders.
    """

    open_check: tuple[Call, ...]
    closed: tuple[Call, ...] = ()
    closed_per_symbol: tuple[Call, ...] = ()
    one_order: tuple[Call, ...]
    unknown_order: tuple[Call, ...] = ()
    position_check: tuple[Call, ...]
    mismatch: tuple[Call, ...]
    mismatch_per_symbol: tuple[Call, ...] = ()
    absence: tuple[Call, ...] = ()
    at_start: Mapping[Part, Mapping[Call, int]] = field(default_factory=dict)
    history_per_symbol: tuple[Call, ...] = ()


class VenueLimit(Struct, frozen=True, kw_only=True):
    """The limit of one venue.

    Attributes:
        title: the venue and its market.
        per_minute: how much it allows a minute; None when that is not known.
        unit: what it counts.
        calls: the calls of each check.
        open_secs: a suggested interval of the open check; None without a suggestion.
        position_secs: a suggested interval of the position check; None without a suggestion.
        source: where the numbers stand.
        certain: whether the numbers are the venue's own and the calls were counted.
    """

    title: str
    per_minute: float | None
    unit: Literal["weight", "requests"] = "requests"
    calls: Calls
    open_secs: float | None = None
    position_secs: float | None = None
    source: str
    certain: bool = False


def _one_each(open_orders: Call, closed_orders: Call, order: Call, positions: Call, fills: Call) -> Calls:
    """Return the calls of an adapter that was not measured: one for each question."""
    return Calls(
        open_check=(open_orders,),
        closed=(closed_orders,),
        one_order=(order,),
        position_check=(positions,),
        mismatch=(fills,),
    )


_REQUESTS: Final = _one_each(
    Call("open orders"), Call("closed orders"), Call("order"), Call("positions"), Call("fills")
)

_POSITION_RISK: Final = Call("GET /fapi/v3/positionRisk", 5)
_OPEN_ORDERS: Final = Call("GET /fapi/v1/openOrders", 40)
_OPEN_CONDITIONAL: Final = Call("GET /fapi/v1/openAlgoOrders", 40)
_ORDERS: Final = Call("GET /fapi/v1/allOrders", 5, is_paged=True)
_CONDITIONAL: Final = Call("GET /fapi/v1/allAlgoOrders", 5)
_TRADES: Final = Call("GET /fapi/v1/userTrades", 5, is_paged=True)
_ACCOUNT: Final = Call("GET /fapi/v2/account", 5)
_POSITION_MODE: Final = Call("GET /fapi/v1/positionSide/dual", 30)
_TIME: Final = Call("GET /fapi/v1/time")

LIMITS: Final[Mapping[str, VenueLimit]] = {
    "BINANCE": VenueLimit(
        title="Binance USD-M futures",
        per_minute=2_400,
        unit="weight",
        calls=Calls(
            open_check=(
                _POSITION_RISK,
                _OPEN_ORDERS,
                _OPEN_CONDITIONAL,
            ),
            closed_per_symbol=(_ORDERS, _CONDITIONAL),
            one_order=(Call("GET /fapi/v1/order", 1),),
            unknown_order=(Call("GET /fapi/v1/algoOrder", 1),),
            position_check=(_POSITION_RISK,),
            mismatch=(_POSITION_RISK,),
            mismatch_per_symbol=(_TRADES,),
            absence=(_ACCOUNT,),
            at_start={
                "preflight": {_TIME: 1, _POSITION_MODE: 1},
                "connection": {
                    Call("GET /fapi/v1/exchangeInfo"): 1,
                    _ACCOUNT: 2,
                    Call("GET /fapi/v1/symbolConfig", 5): 1,
                    _POSITION_MODE: 1,
                    _TIME: 1,
                    Call("POST /fapi/v1/listenKey"): 1,
                },
                "reconciliation": {_POSITION_RISK: 3, _OPEN_ORDERS: 1, _OPEN_CONDITIONAL: 1},
                "verification": {_POSITION_RISK: 1, _OPEN_ORDERS: 1, _OPEN_CONDITIONAL: 1},
            },
            history_per_symbol=(_ORDERS, _TRADES, _CONDITIONAL),
        ),
        open_secs=10.0,
        position_secs=60.0,
        source="Binance developer docs, USDS-margined futures REST API: the page of each call; 2400 a minute and IP",
        certain=True,
    ),
    "BINANCE_SPOT": VenueLimit(
        title="Binance spot",
        per_minute=6_000,
        unit="weight",
        calls=Calls(
            open_check=(Call("GET /api/v3/openOrders", 80),),
            closed_per_symbol=(Call("GET /api/v3/allOrders", 20),),
            one_order=(Call("GET /api/v3/order", 4),),
            position_check=(),
            mismatch=(),
        ),
        open_secs=10.0,
        position_secs=60.0,
        source="Binance developer docs, Spot API: account requests; 6000 a minute and IP",
    ),
    "BYBIT": VenueLimit(
        title="Bybit",
        per_minute=600,
        calls=_REQUESTS,
        open_secs=5.0,
        position_secs=60.0,
        source="NautilusTrader's adapter sends 10 a second at the most; Bybit V5 docs, Rate Limit: 600 in 5 s and IP",
    ),
    "OKX": VenueLimit(
        title="OKX",
        per_minute=300,
        calls=_REQUESTS,
        open_secs=5.0,
        position_secs=60.0,
        source="OKX V5 API guide: account calls 10 in 2 s, the tightest of a check; order calls allow more",
    ),
    "HYPERLIQUID": VenueLimit(
        title="Hyperliquid",
        per_minute=1_200,
        unit="weight",
        calls=_one_each(
            Call("info openOrders", 20),
            Call("info historicalOrders", 20),
            Call("info orderStatus", 2),
            Call("info clearinghouseState", 2),
            Call("info userFills", 20),
        ),
        open_secs=15.0,
        source="Hyperliquid docs, Rate limits: 1200 a minute and IP",
    ),
    "KRAKEN": VenueLimit(
        title="Kraken",
        per_minute=30,
        unit="weight",
        calls=_one_each(
            Call("OpenOrders"),
            Call("ClosedOrders"),
            Call("QueryOrders"),
            Call("OpenPositions"),
            Call("TradesHistory", 2),
        ),
        open_secs=30.0,
        position_secs=120.0,
        source="Kraken docs, Spot REST rate limits: the counter of the Intermediate tier falls by 0.5 a second",
    ),
    "DERIBIT": VenueLimit(
        title="Deribit",
        per_minute=1_200,
        calls=_REQUESTS,
        open_secs=5.0,
        position_secs=30.0,
        source="Deribit support, Rate Limits: 20 non-matching requests a second and sub-account",
    ),
    "BITMEX": VenueLimit(
        title="BitMEX",
        per_minute=120,
        calls=_REQUESTS,
        open_secs=15.0,
        position_secs=60.0,
        source="BitMEX blog, Updates to Rate Limits: 120 a minute when authenticated",
    ),
    "DYDX": VenueLimit(
        title="dYdX",
        per_minute=600,
        calls=_REQUESTS,
        source="NautilusTrader's adapter docs: the dYdX indexer allows 100 in 10 s and IP",
    ),
    "INTERACTIVE_BROKERS": VenueLimit(
        title="Interactive Brokers",
        per_minute=3_000,
        calls=_REQUESTS,
        open_secs=30.0,
        position_secs=60.0,
        source="IBKR TWS API docs, Order Limitations: 50 messages a second",
    ),
}
"""By the name of the venue: the part of an instrument id after the dot, where a venue has one market and one name."""


def limit_of(venue: str) -> VenueLimit:
    """Return the limit of a venue; of one that is not in the table the requests are counted, and nothing is known."""
    return LIMITS.get(venue) or VenueLimit(title=venue, per_minute=None, calls=_REQUESTS, source="")
