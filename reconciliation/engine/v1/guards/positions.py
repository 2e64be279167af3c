"""Guards for positions: nothing synthetic is booked on an absence that was not confirmed, at any venue.

One empty reply while the cache holds a position makes the engine book a synthetic flat, which nothing repairs. And it
gives up on a discrepancy after `position_check_retries` attempts, though it could not ask for fills in any of them.
Measured with 1.231.0.
"""

import asyncio
from typing import Any

from nautilus_trader.execution.reports import FillReport, PositionStatusReport
from nautilus_trader.live.execution_engine import LiveExecutionEngine
from nautilus_trader.model.enums import PositionSide
from nautilus_trader.model.identifiers import AccountId, InstrumentId

Key = tuple[InstrumentId, AccountId]


class PositionGuard:
    """Wraps the engine's position check.

    Args:
        engine: the engine whose check is wrapped.
        guards: the names of the guards to install.
        tolerated_secs: how long replies must go on leaving a position out.
    """

    def __init__(self, engine: LiveExecutionEngine, guards: frozenset[str], tolerated_secs: float) -> None:
        self._engine = engine
        self._tolerated_secs = tolerated_secs
        self._absent_since: dict[Key, float] = {}
        self._waiting: set[InstrumentId] = set()
        self._check = engine._check_positions_consistency
        self._query = engine._query_position_status_reports
        self._missing_fills = engine._query_and_find_missing_fills
        self._book = engine._reconcile_position_report
        if "confirmed_positions" in guards:
            engine._query_position_status_reports = self._query_and_note_absent
            engine._reconcile_position_report = self._book_confirmed
        if "patient_positions" in guards:
            engine._query_and_find_missing_fills = self._find_fills_and_note_errors
            engine._check_positions_consistency = self._check_without_spending

    async def _query_and_note_absent(self) -> tuple[dict[Key, PositionStatusReport], set[Any]]:
        reported, failed = await self._query()
        held = {(position.instrument_id, position.account_id) for position in self._engine._cache.positions_open()}
        now = asyncio.get_running_loop().time()
        missing = held - set(reported)
        # A reply that did not come neither confirms nor refutes.
        unanswered = {key for key in missing if None in failed or key[0].venue in failed}
        self._absent_since = {
            key: self._absent_since.get(key, now)
            for key in missing
            if key not in unanswered or key in self._absent_since
        }
        return reported, failed

    def _book_confirmed(self, report: PositionStatusReport) -> bool:
        """Book what explains a position; an absence only once it has lasted."""
        since = self._absent_since.get((report.instrument_id, report.account_id))
        if since is None or report.position_side != PositionSide.FLAT:
            return bool(self._book(report))
        lasted = asyncio.get_running_loop().time() - since
        if lasted > 0 and lasted >= self._tolerated_secs:
            return bool(self._book(report))
        self._waiting.add(report.instrument_id)
        self._engine._log.warning(
            f"The position in {report.instrument_id} was left out of the venue's reply for {lasted:.1f} s;"
            f" it is taken for flat after {self._tolerated_secs:g} s"
        )
        return False

    async def _find_fills_and_note_errors(
        self, instrument_id: InstrumentId, clients: Any
    ) -> tuple[list[FillReport], bool]:
        found, had_errors = await self._missing_fills(instrument_id, clients)
        if had_errors:
            self._waiting.add(instrument_id)
        return found, had_errors

    async def _check_without_spending(self) -> None:
        """Check, and give back the attempts in which the venue could not be asked or was not believed yet."""
        retries = self._engine._position_recon_retries
        before = dict(retries)
        self._waiting.clear()
        await self._check()
        for key in [key for key in retries if key[0] in self._waiting]:
            retries[key] = before.get(key, 0)
