"""What is traded in a soak, fresh orders from flat to flat, and what goes wrong meanwhile: one fault after another."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import cycle
from typing import Final

from reconciliation.drill.schedule import (
    AnyOperation,
    Fail,
    Heal,
    InterruptCache,
    Mend,
    Reach,
    Side,
    Strategy,
    Stream,
    Submit,
)
from reconciliation.drill.stage import at_venue
from reconciliation.drill.venues import BINANCE
from reconciliation.drill.virtual import VirtualRun
from reconciliation.embedded.failures import ProcessFailedError
from reconciliation.venue.symbols import SYMBOLS, Symbol

NS: Final = 1_000_000_000
TRADED: Final[dict[str, Strategy]] = {"BTCUSDT": "DRILL-D01"}
"""The symbols, each by one strategy. The checks ask for each in turn, so that every other one costs as much again."""
QUIET_SECS: Final = 600.0
"""Before each look nothing is traded and everything works."""
BEFORE_ORDER_SECS: Final = 5.0
"""So long before an order a fault begins, and lasts beyond it."""
_BUSY: Final = {"code": -1003, "msg": "Too many requests."}


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault.

    Attributes:
        name: as it is counted.
        begin: what happens.
        secs: how long it lasts.
        end: what ends it; nothing where it ends by itself.
    """

    name: str
    begin: AnyOperation
    secs: float = 0.0
    end: AnyOperation | None = None


TROUBLES: Final = (
    Trouble("stream dropped", Stream(action="drop")),
    Trouble("stream mute for 40 s", Stream(action="mute"), 40, Stream(action="unmute")),
    Trouble("stream half open for 40 s", Stream(action="freeze"), 40, Stream(action="drop")),
    Trouble("a submission unanswered", Fail(call="POST /fapi/v1/order", drop=True, apply=True, times=1), 60, Mend()),
    Trouble("503 to everything for 20 s", Fail(call="*", status=503), 20, Mend()),
    Trouble("429 to open orders for 60 s", Fail(call="GET /fapi/v1/openOrders", status=429, body=_BUSY), 60, Mend()),
    Trouble("no positions told for 20 s", Fail(call="GET /fapi/v3/positionRisk", body=[]), 20, Mend()),
    Trouble("venue away for 20 s", Reach(reachable=False), 20, Reach(reachable=True)),
    Trouble("answers 3 s late for 40 s", Fail(call="*", delay_secs=3), 40, Mend()),
    Trouble("database away for 5 s", InterruptCache(secs=5)),
)


class Market:
    """Trades in one run.

    Args:
        run: whose node trades.
        every_secs: from one order to the next.
        look_secs: from one look to the next; each is quiet at its end.
        fault_secs: from one fault to the next.
        submitted: told of each order and its strategy.
    """

    def __init__(
        self,
        run: VirtualRun,
        every_secs: float,
        look_secs: float,
        fault_secs: float,
        submitted: Callable[[str, str], None],
    ) -> None:
        self._run = run
        self._every_secs = every_secs
        self._fault_secs = fault_secs
        self._look_ns = int(look_secs * NS)
        self._submitted = submitted
        self._begun_ns = self._opened_ns = run.now_ns
        self._symbols = cycle(TRADED)
        self._ways = cycle((self._take, self._rest_and_trade, self._amend, self._withdraw))
        self._troubles = cycle(TROUBLES)
        self.orders = 0
        self.troubles: Counter[str] = Counter()

    def open(self) -> None:
        """Place what rests for good, and trade from then on."""
        self._opened_ns = self._run.now_ns
        for name in TRADED:
            self._submit(name, "BUY", self._lot(name), self._away(name, "BUY"))
        self._after(self._every_secs, self._trade)
        self._after(self._fault_secs, self._trouble)

    def _after(self, secs: float, action: Callable[[], None]) -> None:
        self._run.world.at(self._run.now_ns + int(secs * NS), action)

    def _is_quiet(self) -> bool:
        """Whether a look is near."""
        left_ns = self._look_ns - (self._run.now_ns - self._begun_ns) % self._look_ns
        return left_ns <= QUIET_SECS * NS

    # -- Orders --------------------------------------------------------------------------------------

    def _trade(self) -> None:
        """Close what is open of a symbol, or open something, in one way after another."""
        self._after(self._every_secs, self._trade)
        if self._is_quiet():
            return
        name = next(self._symbols)
        held = self._run.exchange.ledger.positions[name].quantity
        if held:
            self._submit(name, "SELL" if held > 0 else "BUY", abs(held), None)
        else:
            next(self._ways)(name)

    def _submit(self, name: str, side: Side, quantity: Decimal, price: Decimal | None) -> str:
        self.orders += 1
        order, strategy = f"soak-{self.orders}", TRADED[name]
        told = Submit(name=order, strategy=strategy, symbol=name, side=side, quantity=quantity, price=price)
        self._submitted(order, strategy)
        self._run.command(strategy, told.model_dump(mode="json") | {"instrument": BINANCE.instrument_of(name)})
        return order

    def _lot(self, name: str) -> Decimal:
        return SYMBOLS[name].lot * 2

    def _away(self, name: str, side: Side) -> Decimal:
        symbol: Symbol = SYMBOLS[name]
        return (symbol.last_price * Decimal("0.9" if side == "BUY" else "1.1")).quantize(symbol.tick)

    def _take(self, name: str) -> None:
        self._submit(name, "SELL", self._lot(name), None)

    def _rest_and_trade(self, name: str) -> None:
        order = self._submit(name, "BUY", self._lot(name), self._away(name, "BUY"))
        for secs in (20, 40):
            self._after(secs, partial(self._fill, order, self._lot(name) / 2))

    def _amend(self, name: str) -> None:
        order, price = self._submit(name, "SELL", self._lot(name), self._away(name, "SELL")), self._away(name, "SELL")
        strategy, quantity = TRADED[name], str(self._lot(name) * 2)
        amended = {"do": "amend", "name": order, "quantity": quantity, "price": str(price + SYMBOLS[name].tick)}
        self._after(20, partial(self._run.command, strategy, amended))
        self._after(60, partial(self._run.command, strategy, {"do": "cancel", "name": order}))

    def _withdraw(self, name: str) -> None:
        order = self._submit(name, "BUY", self._lot(name), self._away(name, "BUY"))
        self._after(60, partial(self._cancel, order))

    def _fill(self, order: str, quantity: Decimal) -> None:
        with suppress(ProcessFailedError):  # the venue never had it
            self._run.control.fill(order, quantity=quantity)

    def _cancel(self, order: str) -> None:
        with suppress(ProcessFailedError):
            self._run.control.cancel(order)

    # -- Trouble -------------------------------------------------------------------------------------

    def _trouble(self) -> None:
        self._after(self._fault_secs, self._trouble)
        # Orders are due at multiples of the pause between two.
        passed = (self._run.now_ns - self._opened_ns) / NS
        wait = self._every_secs - passed % self._every_secs - BEFORE_ORDER_SECS
        self._after(max(wait, 0.0), self._begin_trouble)

    def _begin_trouble(self) -> None:
        if self._is_quiet():
            return
        trouble = next(self._troubles)
        self.troubles[trouble.name] += 1
        self._do(trouble.begin)
        if trouble.end is not None:
            self._after(trouble.secs, partial(self._do, trouble.end))

    def _do(self, operation: AnyOperation) -> None:
        if isinstance(operation, InterruptCache):
            self._run.store.interrupt(operation.secs)
        else:
            at_venue(operation, self._run.control)

    def heal(self) -> None:
        """Let everything work."""
        self._do(Heal())
