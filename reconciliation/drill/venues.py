"""The venues that a drill can be played at. Scenarios are told in Binance's words; here is what each says instead."""

from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct, field

VenueName = Literal["BINANCE", "BYBIT"]
_SUBMIT: Final = "POST /fapi/v1/order"


class Venue(Struct, frozen=True, kw_only=True):
    """How a venue is spoken to.

    Attributes:
        name: as it stands in instrument ids.
        suffix: what makes an instrument id of one of its symbols.
        submit: the call by which an order comes in.
        order_id: the parameter of that call which names the order.
        calls: its own call for each of Binance's that scenarios name; empty where they are its own.
        is_of_settings: whether a node of the settings has its clients; others are added.
    """

    name: VenueName
    suffix: str
    submit: str
    order_id: str
    calls: Mapping[str, str] = field(default_factory=dict)
    is_of_settings: bool = True

    def instrument_of(self, symbol: str) -> str:
        """Return a node's name for a symbol."""
        return f"{symbol}{self.suffix}"

    def call_of(self, name: str) -> str:
        """Return its own name of a call.

        Raises:
            KeyError: it has none like it.
        """
        return name if name == "*" or not self.calls else self.calls[name]


BINANCE: Final = Venue(name="BINANCE", suffix="-PERP.BINANCE", submit=_SUBMIT, order_id="newClientOrderId")
BYBIT: Final = Venue(
    name="BYBIT",
    suffix="-LINEAR.BYBIT",
    submit="WS order.create",
    order_id="orderLinkId",
    calls={
        _SUBMIT: "WS order.create",
        "DELETE /fapi/v1/order": "WS order.cancel",
        "GET /fapi/v1/order": "GET /v5/order/realtime",
        "GET /fapi/v1/openOrders": "GET /v5/order/realtime",
        "GET /fapi/v1/allOrders": "GET /v5/order/history",
        "GET /fapi/v1/userTrades": "GET /v5/execution/list",
        "GET /fapi/v3/positionRisk": "GET /v5/position/list",
    },
    is_of_settings=False,
)
VENUES: Final[Mapping[VenueName, Venue]] = {venue.name: venue for venue in (BINANCE, BYBIT)}
EVERYWHERE: Final = frozenset(VENUES)
AT_BINANCE: Final = frozenset({BINANCE.name})
"""At which venues a scenario is played."""
