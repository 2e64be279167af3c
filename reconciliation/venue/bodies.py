"""The request bodies of the control API."""

from decimal import Decimal
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, model_validator

from reconciliation.venue.faults import NO_BODY, Fault
from reconciliation.venue.records import CLIENT_ORDER_ID
from reconciliation.venue.symbols import SYMBOLS

MOST_AT_ONCE: Final = 100_000
LONGEST_DELAY_SECS: Final = 86_400
LONGEST_AGE_MINS: Final = 366 * 1_440


def _known(symbol: str) -> str:
    if symbol not in SYMBOLS:
        raise ValueError(f"unknown symbol {symbol!r}, known are {', '.join(SYMBOLS)}")
    return symbol


SymbolName = Annotated[str, AfterValidator(_known)]
Amount = Annotated[Decimal, Field(gt=0, max_digits=30)]
ClientOrderId = Annotated[str, Field(pattern=f"^{CLIENT_ORDER_ID.pattern}$")]


class Body(BaseModel):
    """A request body: exactly these keys, exactly these types; numbers may be strings to stay exact."""

    model_config = ConfigDict(extra="forbid", strict=True)


class SeedBody(Body):
    """Past trades, a net position and resting orders of one symbol."""

    symbol: SymbolName
    fills: int = Field(default=0, ge=0, le=MOST_AT_ONCE)
    open_orders: int = Field(default=0, ge=0, le=MOST_AT_ONCE)
    net: Decimal = Field(default=Decimal(0), max_digits=30)
    age_mins: int = Field(default=1, ge=1, le=LONGEST_AGE_MINS)
    part: Decimal = Field(default=Decimal(0), ge=0, max_digits=30)


class OrderBody(Body):
    """An order somebody places by hand; without a price a market order."""

    symbol: SymbolName
    side: Literal["BUY", "SELL"]
    quantity: Amount
    price: Amount | None = None
    client_order_id: ClientOrderId | None = None
    silent: bool = False


class NamedOrderBody(Body):
    """An order named by one of its two ids."""

    client_order_id: str | None = None
    order_id: int | None = None
    silent: bool = False

    @model_validator(mode="after")
    def _one_id(self) -> Self:
        if (self.client_order_id is None) == (self.order_id is None):
            raise ValueError("name the order by client_order_id or by order_id, one of them")
        return self


class FillBody(NamedOrderBody):
    """A fill of an open order, by default of all that remains at the order's price."""

    quantity: Amount | None = None
    price: Amount | None = None


class FaultBody(Body):
    """A fault to put in the table; see `Fault`."""

    call: str
    status: int = Field(default=200, ge=200, le=599)
    body: JsonValue = None
    times: int | None = Field(default=None, ge=1)
    delay_secs: float = Field(default=0.0, ge=0, le=LONGEST_DELAY_SECS)
    drop: bool = False
    apply: bool = False

    @property
    def replaces(self) -> bool:
        """Whether an answer is given to put in the true one's place."""
        return bool({"status", "body"} & self.model_fields_set)

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if self.drop and self.replaces:
            raise ValueError("a dropped call has no answer: leave out status and body, or drop")
        if not (self.drop or self.replaces or self.delay_secs):
            raise ValueError("a fault needs status, body, delay_secs or drop")
        return self

    def fault(self) -> Fault:
        """The fault it describes; a failing status without a body gets the exchange's general error."""
        values = self.model_dump()
        if self.replaces and "body" not in self.model_fields_set:
            values["body"] = NO_BODY
        return Fault(**values, replaces=self.replaces)


class AmendBody(NamedOrderBody):
    """A new quantity and price for an open order."""

    quantity: Amount
    price: Amount


class StreamBody(Body):
    """What to do with the user stream, how late and how often it tells from now on, and its last news again."""

    action: Literal["drop", "mute", "unmute", "freeze", "expire"] | None = None
    lag_secs: float | None = Field(default=None, ge=0, le=LONGEST_DELAY_SECS)
    copies: int | None = Field(default=None, ge=1, le=100)
    again: int | None = Field(default=None, ge=1, le=100)

    @model_validator(mode="after")
    def _does_something(self) -> Self:
        if not self.model_dump(exclude_none=True):
            raise ValueError("the stream needs an action, lag_secs, copies or again")
        return self


class ReachBody(Body):
    """Whether the venue can be reached."""

    reachable: bool


class ClockBody(Body):
    """How far the venue's clock is ahead, milliseconds."""

    skew_ms: int = Field(ge=-LONGEST_DELAY_SECS * 1_000, le=LONGEST_DELAY_SECS * 1_000)
