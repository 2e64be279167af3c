"""How far a startup reconciliation is, how long it will take, and which limit it wants.

While the venue is asked a task tells. What the venue told is then booked in one synchronous stretch, in which no task
runs and no time limit is seen: of 10,000 orders it is some seconds. So that is told from within, between two orders.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from nautilus_trader.execution.reports import ExecutionMassStatus
from nautilus_trader.live.execution_engine import LiveExecutionEngine

from reconciliation.engine.lifecycle import Lifecycle, StartupLimitShort, StartupProgress, StartupStep
from reconciliation.engine.v1.adapters.stock.client import StockClient
from reconciliation.engine.v1.queries.asked import Asked
from reconciliation.rules.stages import ample_secs

TOLD_FROM_SECS: Final = 2.0
"""A shorter start tells nothing."""
EVERY_SECS: Final = 1.0
RARER: Final = 0.1
"""From ten seconds on, how much of the time that has passed must pass again."""
SAMPLE: Final = 500
"""After so many orders it is known how quickly the rest is booked, or loaded."""
SAMPLE_PART: Final = 0.05
"""After such a part of the questions it is known how quickly the rest is answered."""
SETTING: Final = "RECON_NODE_TIMEOUT_RECONCILIATION"
_NS: Final = 1_000_000_000


def told_next(secs: float) -> float:
    """Return when to tell again, by when it was told; seconds since the beginning."""
    return secs + max(EVERY_SECS, secs * RARER)


class Progress:
    """Follows the startup reconciliation of one node.

    Args:
        engine: whose booking is hooked, after all else that wraps it.
        clients: its clients, likewise.
        lifecycle: told how far it is.
    """

    def __init__(self, engine: LiveExecutionEngine, clients: Sequence[StockClient], lifecycle: Lifecycle) -> None:
        self._clock = engine._clock  # that of a loop stands still while the loop is blocked
        self._lifecycle = lifecycle
        self._asked = [Asked(self._now) for _ in clients]
        for client, asked in zip(clients, self._asked, strict=True):
            client.count_answers(asked)
        self._is_on = self._is_short = False
        self._step: StartupStep = "asking"
        self._begun = self._booking_since = self._due_secs = self._limit_secs = 0.0
        self._booked = self._to_book = 0
        self._leave_out_known: Callable[[ExecutionMassStatus], None] = engine._deduplicate_mass_status_orders
        self._book: Callable[..., bool] = engine._reconcile_order_report
        engine._deduplicate_mass_status_orders = self._known_left_out
        engine._reconcile_order_report = self._book_and_tell

    @property
    def secs(self) -> float:
        """For how long it lasts, or has lasted until it was asked for."""
        return self._now() - self._begun

    def _now(self) -> float:
        return int(self._clock.timestamp_ns()) / _NS

    @asynccontextmanager
    async def told(self, limit_secs: float) -> AsyncIterator[None]:
        """Tell how far a reconciliation is while it lasts.

        Args:
            limit_secs: how long it may last.
        """
        self._is_on, self._step = True, "asking"
        self._begun, self._due_secs, self._limit_secs = self._now(), TOLD_FROM_SECS, limit_secs
        telling = asyncio.ensure_future(self._tell_meanwhile())
        try:
            yield
        finally:
            self._is_on = False
            telling.cancel()

    def verifies(self) -> None:
        """The engine is done, and the venue is asked once more."""
        self._step = "verifying"

    # -- Where it is ---------------------------------------------------------------------------------

    def _known_left_out(self, status: ExecutionMassStatus) -> None:
        self._leave_out_known(status)
        self._step, self._booking_since = "booking", self._now()
        self._booked, self._to_book = 0, len(status._order_reports)

    def _book_and_tell(self, *args: Any, **kwargs: Any) -> bool:
        booked = self._book(*args, **kwargs)
        if self._is_on and self._step == "booking":
            self._booked = min(self._booked + 1, self._to_book)  # a position may bring orders of its own
            if self._booked == SAMPLE:
                self._warn()
            self._tell()
        return booked

    async def _tell_meanwhile(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECS)
            self._tell()

    def _tell(self) -> None:
        secs = self.secs
        if secs < self._due_secs:
            return
        self._due_secs = told_next(secs)
        self._lifecycle.emit(
            StartupProgress(
                step=self._step,
                done=self._instruments_told if self._step == "asking" else self._booked,
                total=self._instruments if self._step == "asking" else self._to_book,
                orders=self._orders,
                fills=self._fills,
                secs=secs,
                limit_secs=self._limit_secs,
                left_secs=self._left_secs(),
            )
        )
        self._warn()

    @property
    def _instruments(self) -> int:
        return sum(len(asked.symbols) for asked in self._asked)

    @property
    def _instruments_told(self) -> int:
        return sum(asked.done for asked in self._asked)

    @property
    def _orders(self) -> int:
        return sum(asked.rows("orders") for asked in self._asked)

    @property
    def _fills(self) -> int:
        return sum(asked.rows("fills") for asked in self._asked)

    # -- How long it takes ---------------------------------------------------------------------------

    def _left_secs(self) -> float | None:
        """Return how long the step still takes at its pace; None where that is not known yet."""
        if self._step == "asking":
            asked = [each for each in self._asked if each.symbols]
            if not asked or any(each.part < SAMPLE_PART for each in asked):
                return None
            ends = max(self._begun + (each.whole_at - self._begun) / each.part for each in asked)
            return max(ends - self._now(), 0.0)
        if self._step == "booking" and self._booked >= SAMPLE:
            return (self._now() - self._booking_since) / self._booked * (self._to_book - self._booked)
        return None

    def _warn(self) -> None:
        """Say once that the limit will not do."""
        left_secs = self._left_secs()
        if self._is_short or left_secs is None or (expected := self.secs + left_secs) <= self._limit_secs:
            return
        self._is_short = True
        self._lifecycle.emit(StartupLimitShort(expected, self._limit_secs, ample_secs(expected)))

    def overrun(self) -> str:
        """Return how far it was when its limit was over, and what to do."""
        heard = [asked.told_at or self._begun for asked in self._asked]
        silent_secs = self._now() - max(heard, default=self._begun)
        if self._step == "asking" and silent_secs > self.secs / 2:
            longer = f"{SETTING}={ample_secs(self._limit_secs):g} where it only takes so long"
            return f"the venue has told nothing for {silent_secs:.1f} s{self._told()}; see why, or set {longer}"
        secs = self.secs + (self._left_secs() or 0.0)
        return f"{self.secs:.1f} s have passed{self._told()}; set {SETTING}={ample_secs(secs):g}"

    def _told(self) -> str:
        told = f", {self._orders} orders and {self._fills} fills were told"
        if self._step != "asking":
            return f"{told} and booked, and were not verified any more"
        total = self._instruments
        return f"{told}, {self._instruments_told} of {total} instruments are done" if total else told
