"""What is played in a drill: operations one after another, as plain data that can be saved, read and cut down.

An order's `name` is its client order id. A symbol is the venue's (`BTCUSDT`), a
quantity is in the base asset, a price in the quote asset. `silent` has the user stream not tell of it.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from reconciliation.drill.checks import Asked, Holds, Refused
from reconciliation.drill.operation import Operation
from reconciliation.drill.venues import VenueName

Side = Literal["BUY", "SELL"]
Strategy = Literal["DRILL-D01", "DRILL-D02", "DRILL-D03"]
NEIGHBOURS: Strategy = "DRILL-D03"
STRATEGIES: tuple[Strategy, ...] = ("DRILL-D01", "DRILL-D02")


# -- A strategy of the node --------------------------------------------------------------------------


class Submit(Operation):
    """A strategy submits an order; without a price a market order."""

    do: Literal["submit"] = "submit"
    name: str
    strategy: Strategy = "DRILL-D01"
    symbol: str = "BTCUSDT"
    side: Side = "BUY"
    quantity: Decimal
    price: Decimal | None = None
    time_in_force: Literal["GTC", "IOC", "FOK", "GTD"] = "GTC"
    post_only: bool = False
    reduce_only: bool = False


class Cancel(Operation):
    """The order's strategy cancels it."""

    do: Literal["cancel"] = "cancel"
    name: str


class Amend(Operation):
    """The order's strategy gives it another quantity and price."""

    do: Literal["amend"] = "amend"
    name: str
    quantity: Decimal
    price: Decimal


# -- The venue, and people at it ---------------------------------------------------------------------


class Seed(Operation):
    """The account has a history before all this; of each of its open orders a part may have traded then."""

    do: Literal["seed"] = "seed"
    symbol: str = "BTCUSDT"
    fills: int = 0
    open_orders: int = 0
    net: Decimal = Decimal(0)
    age_mins: int = 1
    part: Decimal = Decimal(0)


class Place(Operation):
    """Somebody places an order by hand; without a price a market order."""

    do: Literal["place"] = "place"
    name: str
    symbol: str = "BTCUSDT"
    side: Side = "BUY"
    quantity: Decimal
    price: Decimal | None = None
    silent: bool = False


class Fill(Operation):
    """An open order trades: all of it that remains, or less."""

    do: Literal["fill"] = "fill"
    name: str
    quantity: Decimal | None = None
    silent: bool = False


class Withdraw(Operation):
    """Somebody cancels an order by hand, or the venue does."""

    do: Literal["withdraw"] = "withdraw"
    name: str
    silent: bool = False


# -- Faults ------------------------------------------------------------------------------------------


class Fail(Operation):
    """Calls of a name fail from now on; see the venue's fault table."""

    do: Literal["fail"] = "fail"
    call: str
    status: int | None = None
    body: Any = None
    times: int | None = None
    delay_secs: float = 0.0
    drop: bool = False
    apply: bool = False


class Mend(Operation):
    """Every call is answered truly again."""

    do: Literal["mend"] = "mend"


class Stream(Operation):
    """Something happens to the user stream."""

    do: Literal["stream"] = "stream"
    action: Literal["mute", "unmute", "drop", "freeze", "expire"]


class Lag(Operation):
    """The user stream tells everything so much later from now on."""

    do: Literal["lag"] = "lag"
    secs: float


class Repeat(Operation):
    """The user stream tells every message so often from now on."""

    do: Literal["repeat"] = "repeat"
    copies: int


class Retell(Operation):
    """The user stream tells so often what it told last, also if nobody heard it then."""

    do: Literal["retell"] = "retell"
    copies: int = 1


class Reach(Operation):
    """The venue goes away, or comes back."""

    do: Literal["reach"] = "reach"
    reachable: bool


class Skew(Operation):
    """The venue's clock is ahead of the node's, or behind it."""

    do: Literal["skew"] = "skew"
    ms: int


class Heal(Operation):
    """Everything works again from now on: calls, stream, clock, reach, database."""

    do: Literal["heal"] = "heal"


# -- The node's process and its database -------------------------------------------------------------


class Boot(Operation):
    """The node is started; from now on it is started again whenever it ends by itself."""

    do: Literal["boot"] = "boot"


class Stop(Operation):
    """The node is sent SIGTERM, and its end awaited, for as long as its settings say that a stop may take."""

    do: Literal["stop"] = "stop"


class Kill(Operation):
    """The node is killed; its database loses the last writes."""

    do: Literal["kill"] = "kill"
    lost_writes: int = 0


class LoseCache(Operation):
    """The database is restarted without its data."""

    do: Literal["lose_cache"] = "lose_cache"


class InterruptCache(Operation):
    """The database is away for so long."""

    do: Literal["interrupt_cache"] = "interrupt_cache"
    secs: float


class SlowCache(Operation):
    """The database takes every write so much later from now on."""

    do: Literal["slow_cache"] = "slow_cache"
    secs: float


class TakeOver(Operation):
    """Another node takes the node's leases, as if it had been paused for too long, and holds them for so long."""

    do: Literal["take_over"] = "take_over"
    secs: float


class Neighbour(Operation):
    """Another node, with a trader id of its own and no claims, is started on the account, or stopped."""

    do: Literal["neighbour"] = "neighbour"
    runs: bool


# -- Time --------------------------------------------------------------------------------------------


class Wait(Operation):
    """Time passes."""

    do: Literal["wait"] = "wait"
    secs: float


class Until(Operation):
    """Something is awaited: an event of the node's life by its name, or a call that the venue is asked."""

    do: Literal["until"] = "until"
    event: str | None = None
    asked: str | None = None
    within_secs: float = 120.0


class Settle(Operation):
    """Node and venue agree within so long."""

    do: Literal["settle"] = "settle"
    within_secs: float


class Silence(Operation):
    """The node has nothing to correct for so long."""

    do: Literal["silence"] = "silence"
    secs: float


AnyOperation = Annotated[
    Submit
    | Cancel
    | Amend
    | Seed
    | Place
    | Fill
    | Withdraw
    | Fail
    | Mend
    | Stream
    | Lag
    | Repeat
    | Retell
    | Reach
    | Skew
    | Heal
    | Boot
    | Stop
    | Kill
    | LoseCache
    | InterruptCache
    | SlowCache
    | TakeOver
    | Neighbour
    | Wait
    | Until
    | Settle
    | Silence
    | Asked
    | Refused
    | Holds,
    Field(discriminator="do"),
]


class Schedule(BaseModel):
    """Everything that one run depends on, beside the settings and the version.

    Attributes:
        name: of the scenario; `seed` where a seed derived it.
        seed: what delays and ids are drawn from, and the operations where a seed derived them.
        venue: where it is played, whose names of calls and instruments it has.
        claims: the claiming strategy by instrument id.
        operations: in their order.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    seed: int = 0
    venue: VenueName = "BINANCE"
    claims: dict[str, str] = Field(default_factory=dict)
    operations: tuple[AnyOperation, ...]

    def lines(self) -> Iterable[str]:
        """Yield the operations as a timeline: the seconds waited so far, and what is done."""
        secs = 0.0
        for operation in self.operations:
            if isinstance(operation, Wait):
                secs += operation.secs
                continue
            told = operation.model_dump(exclude_defaults=True, exclude={"do"})
            shown = " ".join(f"{key}={value}" for key, value in told.items())
            yield f"{secs:9.3f}  {operation.do:<10} {shown}".rstrip()


def ending(settle_secs: float, silence_secs: float, late_secs: float = 0) -> tuple[AnyOperation, ...]:
    """Return what every run ends with: all is well again, node and venue agree and stay so, also after a restart.

    Args:
        settle_secs: within which they must agree.
        silence_secs: for how long nothing may be corrected after that.
        late_secs: how late an answer may come to what was asked under faults; agreement may not wait for it.
    """
    return (
        Heal(),
        Boot(),
        Settle(within_secs=settle_secs),
        *((Wait(secs=late_secs),) if late_secs else ()),
        Silence(secs=silence_secs),
        Stop(),
        Boot(),
        Until(event="Started"),
        Settle(within_secs=settle_secs),
        Silence(secs=silence_secs),
    )
