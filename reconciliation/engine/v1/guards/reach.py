"""The guard for how far back is looked: at least to where venue and node agreed last, whatever the settings say.

A node that was down for longer than its lookback asks for no trade of the time in between; a position check after an
outage that outlasted its own lookback finds none either. What the venue would have told becomes one made-up order.
Seen with 1.231.0.
"""

from collections.abc import Awaitable, Callable, Iterable
from math import ceil
from typing import Any, Final

from nautilus_trader.execution.reports import ExecutionMassStatus
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.model.identifiers import InstrumentId

from reconciliation.engine.v1.adapters.stock.client import StockClient

MARGIN_MINS: Final = 5
"""For clocks that differ, and for what was on its way."""
LONGEST_CHECK_MINS: Final = 7 * 1_440
"""Most venues answer a question for trades for no more than a week."""
_MINUTE_NS: Final = 60_000_000_000


class ReachGuard:
    """Has startup and position check look back to where venue and node agreed last.

    Args:
        engine: the engine whose position check is wrapped; its cache holds what an earlier life stored, and nothing
            else.
        clients: its clients, whose mass status is wrapped.
    """

    def __init__(self, engine: LiveExecutionEngine, clients: list[StockClient]) -> None:
        self._engine = engine
        self._lived_until_ns = max(_times(engine), default=None)
        """When an earlier life noted something last; None where this is the first."""
        self._agreed_ns = 0
        """When the start, or the last position check that was answered, began."""
        self._differs_since_ns: dict[InstrumentId, int] = {}
        self._asked_ns = 0
        self._differing: set[InstrumentId] = set()
        for client in clients:
            self._reach_back(client)
        self._check: Callable[[], Awaitable[None]] = engine._check_positions_consistency
        engine._check_positions_consistency = self._check_and_note
        self._query: Callable[[], Awaitable[tuple[Any, set[Any]]]] = engine._query_position_status_reports
        engine._query_position_status_reports = self._query_and_note
        self._find: Callable[..., Awaitable[Any]] = engine._query_and_find_missing_fills
        engine._query_and_find_missing_fills = self._find_since_agreement

    # -- The start -----------------------------------------------------------------------------------

    def _reach_back(self, client: StockClient) -> None:
        generate = client.engine_client.generate_mass_status

        async def generate_mass_status(lookback_mins: int | None = None) -> ExecutionMassStatus | None:
            self._agreed_ns = self._agreed_ns or self._engine._clock.timestamp_ns()
            return await generate(self._lookback_mins(lookback_mins, client.longest_lookback_mins))

        client.engine_client.generate_mass_status = generate_mass_status

    def _lookback_mins(self, lookback_mins: int | None, longest_mins: int | None) -> int | None:
        """Return how far back to look: as far as asked for, and to where an earlier life ended."""
        if lookback_mins is None or self._lived_until_ns is None:
            return lookback_mins
        wanted = max(lookback_mins, self._mins_since(self._lived_until_ns))
        return wanted if longest_mins is None else max(lookback_mins, min(wanted, longest_mins))

    # -- The position check --------------------------------------------------------------------------

    async def _check_and_note(self) -> None:
        """Check; what did not differ, though the venue told all of it, agreed."""
        self._asked_ns = 0
        self._differing.clear()
        await self._check()
        if self._asked_ns:
            for instrument_id in self._differs_since_ns.keys() - self._differing:
                del self._differs_since_ns[instrument_id]
            self._agreed_ns = self._asked_ns

    async def _query_and_note(self) -> tuple[Any, set[Any]]:
        now_ns = self._engine._clock.timestamp_ns()
        reported, failed = await self._query()
        if not failed:
            self._asked_ns = now_ns
        return reported, failed

    async def _find_since_agreement(self, instrument_id: InstrumentId, clients: Any) -> Any:
        """Ask for the trades since the last check in which an instrument's position agreed."""
        engine, given_mins = self._engine, self._engine.position_check_lookback_mins
        self._differing.add(instrument_id)
        since_ns = self._differs_since_ns.setdefault(instrument_id, self._agreed_ns)
        wanted_mins = min(self._mins_since(since_ns), LONGEST_CHECK_MINS) if since_ns else 0
        engine.position_check_lookback_mins = max(given_mins, wanted_mins)
        try:
            return await self._find(instrument_id, clients)
        finally:
            engine.position_check_lookback_mins = given_mins

    def _mins_since(self, then_ns: int) -> int:
        return ceil((int(self._engine._clock.timestamp_ns()) - then_ns) / _MINUTE_NS) + MARGIN_MINS


def _times(engine: LiveExecutionEngine) -> Iterable[int]:
    cache = engine._cache
    for account in cache.accounts():
        yield from (event.ts_init for event in account.events)
    for order in cache.orders():
        yield order.last_event.ts_init
